import { join } from 'node:path';
import type { Disk } from '../apply/disk.ts';
import { layoutOf } from '../apply/layout.ts';
import { pathProblem } from '../project/path.ts';
import { readIndex, restoreIndex, setStages, workTreeOf } from './git.ts';
import type { Sides } from './plan.ts';

/** What Git's index held for the paths in conflict, kept until they are resolved or the upgrade is undone. */
interface SavedIndex {
  readonly paths: readonly string[];
  readonly entries: string;
}

function placeOfSaved(root: string): string {
  return join(layoutOf(root).local, 'index.json');
}

/** Shows the conflicts to Git. The bytes of each side are read now: the work tree is about to change. */
export function stageConflicts(root: string, disk: Disk, sides: readonly Sides[]): void {
  const tree = workTreeOf(root);
  if (tree === null || sides.length === 0) return;
  const paths = sides.map(({ path }) => path);
  const saved: SavedIndex = { paths, entries: readIndex(tree, paths) };
  forgetIndex(root, disk);
  disk.create(placeOfSaved(root), Buffer.from(JSON.stringify(saved)), 0o666);
  setStages(tree, sides);
}

/** Reads the bytes of all sides, so that they are still at hand when the files have changed. */
export function captured(sides: readonly Sides[]): Sides[] {
  const capture = <T extends Sides['base']>(file: T): T => {
    const bytes = file?.bytes() ?? null;
    return file && { ...file, bytes: () => bytes };
  };
  return sides.map(({ path, base, yours, theirs }) => ({
    path,
    base: capture(base),
    yours: capture(yours),
    theirs: capture(theirs),
  }));
}

/** Gives the index back what it held, where it was changed. */
export function unstageConflicts(root: string, disk: Disk): void {
  const place = placeOfSaved(root);
  const tree = workTreeOf(root);
  if (tree !== null && disk.entry(place)?.kind === 'file') {
    const { paths, entries } = JSON.parse(Buffer.from(disk.read(place)).toString('utf8')) as SavedIndex;
    const safe = paths.every((path) => pathProblem(path) === null);
    if (safe) restoreIndex(tree, paths, entries);
  }
  forgetIndex(root, disk);
}

/** Drops what was kept: the conflicts are resolved. */
export function forgetIndex(root: string, disk: Disk): void {
  if (disk.entry(placeOfSaved(root)) !== null) disk.unlink(placeOfSaved(root));
}
