import { movedPath } from '../migrations/migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import type { Tree } from '../tree.ts';
import type { Scan } from './scan.ts';

/** Which files move, in both directions. */
export interface Moves {
  /** Old path by new path. */
  readonly origins: ReadonlyMap<string, string>;
  /** Old paths: what stands there goes to another place, and the name becomes free. */
  readonly leaving: ReadonlySet<string>;
}

interface Surroundings {
  readonly theirs: Tree;
  readonly due: readonly Migration[];
  readonly scan: Scan;
  /** Files that the user has moved, by their old path: they stay where the user has put them. */
  readonly places: ReadonlyMap<string, string>;
}

/** Whether the old place has no plain file to move, or something that does not move away stands at the new one. */
function isHindered(from: string, to: string, leaving: ReadonlySet<string>, scan: Scan): boolean {
  const [here, there] = [scan(to), scan(from)];
  if (there === null) return false;
  if (there.kind !== 'file') return true;
  if (here === null || leaving.has(to)) return false;
  return !(here.kind === 'blocked' && leaving.has(here.by));
}

/**
 * Finds the moves that can be made. Where the person has a symlink at the old place, or a file of their own at the new
 * one, there is no move: the old file counts as removed by the template and the new one as added. That may leave another
 * move without its place.
 */
export function findMoves(recorded: readonly string[], { theirs, due, scan, places }: Surroundings): Moves {
  const origins = new Map<string, string>();
  for (const from of recorded) {
    const to = movedPath(due, from);
    if (to === from || !theirs.has(to)) continue;
    if (origins.has(to)) throw new Error(`Two files of the template move to ${to}`);
    origins.set(to, from);
  }
  for (;;) {
    const leaving = new Set(origins.values());
    // What is at the old path of a file that the user has elsewhere is another file, and stays.
    const vacated = new Set([...leaving].filter((path) => !places.has(path)));
    const hindered = [...origins].filter(([to, from]) => !places.has(from) && isHindered(from, to, vacated, scan));
    if (hindered.length === 0) return { origins, leaving };
    for (const [to] of hindered) origins.delete(to);
  }
}
