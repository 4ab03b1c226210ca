import { fingerprint, resemblances } from './similarity.ts';

/** A file of the last template that is not at its place, or a file of the repository that is not the template's. */
export interface Content {
  readonly path: string;
  /** Of the text with plain ends of line. */
  readonly sha256: string;
  /** Null where it is no text, or not known. */
  readonly text: string | null;
}

export interface Matches {
  /** Old path to new path, with how much the contents have in common, in per cent. */
  readonly found: ReadonlyMap<string, { readonly to: string; readonly percent: number }>;
  /** Old path to the files that it may have become, where more than one is as likely. */
  readonly ambiguous: ReadonlyMap<string, readonly string[]>;
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly percent: number;
  readonly kinship: number;
}

/** As in Git: half of the larger file. */
const LEAST_PERCENT = 50;
/** Contents that are the same but for so much are told apart by their names alone. */
const MARGIN = 10;
/** Shorter contents (a version number, an empty file) resemble each other by chance: only the same name will do. */
const SMALL = 40;

/** How many segments the ends of two paths share: the same name, in a folder of the same name, and so on. */
function kinshipOf(a: string, b: string): number {
  const [left, right] = [a.split('/').reverse(), b.split('/').reverse()];
  const differs = left.findIndex((segment, index) => segment !== right[index]);
  return differs === -1 ? left.length : differs;
}

function pairsOf(missing: readonly Content[], candidates: readonly Content[]): Pair[] {
  const marks = (list: readonly Content[]) => list.map(({ text }) => (text === null ? null : fingerprint(text)));
  const [olds, owns] = [marks(missing), marks(candidates)];
  const pair = (from: Content, to: Content, percent: number): Pair => {
    return { from: from.path, to: to.path, percent, kinship: kinshipOf(from.path, to.path) };
  };
  const byHash = new Map<string, Content[]>();
  for (const one of candidates) byHash.set(one.sha256, [...(byHash.get(one.sha256) ?? []), one]);
  const exact = missing.flatMap((one, index) =>
    (byHash.get(one.sha256) ?? [])
      .map((other) => pair(one, other, 100))
      .filter(({ kinship }) => kinship > 0 || (olds[index]?.size ?? SMALL) >= SMALL),
  );
  const close = resemblances(olds, owns, LEAST_PERCENT).flatMap(({ old, own, percent }) => {
    const [from, to] = [missing[old] as Content, candidates[own] as Content];
    if (from.sha256 === to.sha256 || (olds[old]?.size ?? 0) < SMALL) return [];
    // What is not the same byte for byte never counts as that.
    return [pair(from, to, Math.min(percent, 99))];
  });
  return [...exact, ...close];
}

function grouped(pairs: readonly Pair[], side: 'from' | 'to'): Map<string, Pair[]> {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) groups.set(pair[side], [...(groups.get(pair[side]) ?? []), pair]);
  return groups;
}

/** The one pair that is clearly the best: much more alike than the others, or, among those as alike, closer by its name. */
function clearBest(pairs: readonly Pair[]): Pair | null {
  const top = Math.max(...pairs.map(({ percent }) => percent));
  const near = pairs.filter(({ percent }) => percent >= (top === 100 ? 100 : top - MARGIN));
  const kinship = Math.max(...near.map((pair) => pair.kinship));
  const [best, rival] = near.filter((pair) => pair.kinship === kinship);
  return rival === undefined ? (best ?? null) : null;
}

/**
 * Finds what became of files by their contents, as Git does it: the same contents first, then those that have half in common.
 * Where two files are as likely, none is taken: a wrong guess would bring the template's changes into another file.
 */
export function matchRenames(missing: readonly Content[], candidates: readonly Content[]): Matches {
  const found = new Map<string, { to: string; percent: number }>();
  let open = pairsOf(missing, candidates);
  for (;;) {
    const [byOld, byOwn] = [grouped(open, 'from'), grouped(open, 'to')];
    const taken = [...byOld.values()].flatMap((pairs) => {
      const best = clearBest(pairs);
      return best !== null && clearBest(byOwn.get(best.to) ?? []) === best ? [best] : [];
    });
    if (taken.length === 0) break;
    for (const { from, to, percent } of taken) found.set(from, { to, percent });
    const used = new Set(taken.map(({ to }) => to));
    open = open.filter(({ from, to }) => !found.has(from) && !used.has(to));
  }
  const ambiguous = [...grouped(open, 'from')].map(
    ([from, pairs]) => [from, pairs.map(({ to }) => to).sort()] as const,
  );
  return { found, ambiguous: new Map(ambiguous) };
}
