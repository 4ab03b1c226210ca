import type { Move } from '../../generators/migrations/migration.ts';
import { type Content, matchRenames } from '../../generators/regenerate/renames/match.ts';
import { fingerprint, resemblances } from '../../generators/regenerate/renames/similarity.ts';

/** The files that one version of the template has rendered. */
export type Rendered = ReadonlyMap<string, Content>;

/** What a file that keeps its name has to have in common with what it was, in per cent. */
const LEAST_AKIN = 20;

/** Tests of the template's own code are in no repository any more: none of them becomes another one. */
const isDerived = (path: string) => !/^(test|monitoring\/tests)\//.test(path);

/** Files with a role of their own in both layouts: src/ is the team's now, and its contents are no longer the old ones. */
const STAYING = ['src/server.ts', 'src/app.ts', 'src/hooks/preprocess.ts', 'src/hooks/postprocess.ts'];

/** A file that keeps its name in the new folder is itself, also where it has taken in another one, and grown. */
function isAkin(one: Content, fresh: Content): boolean {
  if (one.text === null || fresh.text === null) return one.sha256 === fresh.sha256;
  const [found] = resemblances([fingerprint(one.text)], [fingerprint(fresh.text)], LEAST_AKIN);
  return found !== undefined;
}

/** Where the files of one version are in the next one, by their contents; those that are gone are not in it. */
function step(before: Rendered, after: Rendered): Map<string, string> {
  const missing = [...before.values()].filter(({ path }) => !after.has(path) && isDerived(path));
  const added = [...after.values()].filter(({ path }) => !before.has(path) && isDerived(path));
  const same = missing.flatMap((one): [string, string][] => {
    const fresh = after.get(one.path.replace(/^src\//, 'runtime/'));
    return fresh !== undefined && isAkin(one, fresh) ? [[one.path, fresh.path]] : [];
  });
  const [gone, taken] = [new Set(same.map(([from]) => from)), new Set(same.map(([, to]) => to))];
  const { found } = matchRenames(
    missing.filter(({ path }) => !gone.has(path)),
    added.filter(({ path }) => !taken.has(path)),
  );
  const kept = [...before.keys()].filter((path) => after.has(path)).map((path): [string, string] => [path, path]);
  return new Map([...kept, ...same, ...[...found].map(([from, { to }]): [string, string] => [from, to])]);
}

/**
 * Where each file of each version is in the last one, step by step: a file that has changed a little with every version is
 * found, where its first and its last contents have little in common.
 * @param versions from old to new
 */
export function deriveMoves(versions: readonly Rendered[]): Map<string, string>[] {
  const steps = versions.slice(1).map((after, index) => step(versions[index] as Rendered, after));
  return steps.map((first, index) => {
    const later = steps.slice(index + 1);
    const ends = [...first].flatMap(([from, to]): [string, string][] => {
      const end = later.reduce<string | undefined>((at, next) => (at === undefined ? undefined : next.get(at)), to);
      return end === undefined || STAYING.includes(from) ? [] : [[from, end]];
    });
    return new Map(ends);
  });
}

/** One table for all versions: where two versions have a path with other contents, the newer one counts. */
export function tableOf(derived: readonly ReadonlyMap<string, string>[], versions: readonly Rendered[]): Move[] {
  const all = new Map(derived.flatMap((moves) => [...moves]));
  const old = new Set(versions.slice(0, -1).flatMap((rendered) => [...rendered.keys()]));
  const gone = [...old].filter((path) => !all.has(path) && isDerived(path));
  const wanted = new Map<string, string | null>([...all, ...gone.map((path): [string, null] => [path, null])]);
  return compacted(wanted, versions.at(-1) as Rendered);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** Folders whose files all go one way are one move; a file that goes another way has its own. */
function compacted(wanted: ReadonlyMap<string, string | null>, last: Rendered): Move[] {
  const moves: Move[] = [];
  const taken = new Set(wanted.values());
  const reached = (path: string, given: readonly Move[]) => {
    const fits = given.filter(({ from }) => path === from || (from.endsWith('/') && path.startsWith(from)));
    const [move] = fits.sort((a, b) => b.from.length - a.from.length);
    const to = move === undefined ? path : move.to + path.slice(move.from.length);
    return to === path || last.has(to) ? to : null;
  };
  const isRight = ([path, to]: [string, string | null], given: readonly Move[]) => {
    const at = reached(path, given);
    if (at === to || (to === null && at === path)) return true;
    // Contents that were written again keep their name in the folder that has moved, unless another file has that place.
    return to === null && !STAYING.includes(path) && at !== null && !taken.has(at);
  };
  const folders = new Set([...wanted.keys()].flatMap((path) => parents(path)));
  for (const folder of [...folders].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const inside = [...wanted].filter(([path]) => path.startsWith(folder));
    const targets = new Map<string, number>();
    for (const [path, to] of inside) {
      const rest = path.slice(folder.length);
      if (to?.endsWith(`/${rest}`) && to !== path) {
        const head = to.slice(0, -rest.length);
        targets.set(head, (targets.get(head) ?? 0) + 1);
      }
    }
    const [best] = [...targets].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    if (best === undefined) continue;
    const wrong = (given: readonly Move[]) => inside.filter((one) => !isRight(one, given)).length;
    const more = [...moves, { from: folder, to: best[0] }];
    if (wrong(more) + 1 < wrong(moves)) moves.push({ from: folder, to: best[0] });
  }
  for (const [path, to] of [...wanted].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    if (!isRight([path, to], moves)) moves.push({ from: path, to: to ?? path });
  }
  return moves.sort((a, b) => (a.from < b.from ? -1 : 1));
}

function parents(path: string): string[] {
  const folder = folderOf(path);
  return folder === '' ? [] : [...parents(folder.slice(0, -1)), folder];
}
