import { contentOf, likeness } from './similar.ts';
import { equal, isList, isMap, type Value } from './value.ts';

/** The members of one collection by what tells them apart, in order. */
export type Members = ReadonlyMap<string, Value>;

export interface Match {
  /** The new name. */
  readonly id: string;
  /** Whether it may as well be another member: then a person decides. */
  readonly doubtful: boolean;
}

/** New names by the names of the base, on both sides. */
export interface Renames {
  readonly yours: ReadonlyMap<string, Match>;
  readonly theirs: ReadonlyMap<string, Match>;
}

export const NO_RENAMES: Renames = { yours: new Map(), theirs: new Map() };

/** Every member that is gone is compared with every new one; collections that differ by more are not searched. */
const MOST_PAIRS = 2500;

type Member = readonly [id: string, value: Value];

function neighbours(members: Members): Map<string, readonly [string | null, string | null]> {
  const ids = [...members.keys()];
  return new Map(ids.map((id, index) => [id, [ids[index - 1] ?? null, ids[index + 1] ?? null]]));
}

/** Which new members of a side are members of the base under another name. */
function matchSide(base: Members, side: Members, gone: readonly Member[], fresh: readonly Member[], isList: boolean) {
  const found = new Map<string, Match>();
  if (gone.length === 0 || fresh.length === 0 || gone.length * fresh.length > MOST_PAIRS) return found;
  const [old, its] = [gone, fresh].map((members) => members.map(([, value]) => contentOf(value, isList)));
  const [before, after] = [neighbours(base), neighbours(side)];
  const pairs = gone.flatMap(([from, value], i) =>
    fresh.map(([to, other], j) => {
      const like = likeness(old?.[i] as never, its?.[j] as never);
      const [was, now] = [before.get(from), after.get(to)];
      const isBoth = isContainer(value) && isContainer(other);
      const inPlace = isBoth && (was?.[0] === now?.[0] || was?.[1] === now?.[1]);
      return { from, to, share: like.share, is: like.is === 'other' && inPlace ? ('doubtful' as const) : like.is };
    }),
  );
  pairs.sort((a, b) => b.share - a.share);
  const taken = new Set<string>();
  const isTied = (pair: (typeof pairs)[number]) =>
    pairs.some((other) => other !== pair && other.share === pair.share && sharesEnd(other, pair));
  for (const step of ['same', 'doubtful'] as const) {
    for (const pair of pairs) {
      if (pair.is === 'other' || found.has(pair.from) || taken.has(pair.to)) continue;
      const isSure = pair.is === 'same' && !isTied(pair);
      if (step === 'same' && !isSure) continue;
      found.set(pair.from, { id: pair.to, doubtful: !isSure });
      taken.add(pair.to);
    }
  }
  return found;
}

function isContainer(value: Value): boolean {
  return isMap(value) || isList(value);
}

function sharesEnd(a: { from: string; to: string }, b: { from: string; to: string }): boolean {
  return a.from === b.from || a.to === b.to;
}

/** Members of the base that a side has no more, and that the other side has changed or has no more either. */
function goneFrom(side: Members, base: Members, other: Members): Member[] {
  return [...base].filter(([id, value]) => {
    if (side.has(id)) return false;
    const kept = other.get(id);
    return kept === undefined || !equal(kept, value);
  });
}

function newIn(side: Members, base: Members, other: Members): Member[] {
  return [...side].filter(([id]) => !base.has(id) && !other.has(id));
}

/** Members that have the same new name on both sides already. */
function renamedByBoth(base: Members, yours: Members, theirs: Members, isList: boolean): Map<string, Match> {
  const gone = [...base].filter(([id]) => !yours.has(id) && !theirs.has(id));
  const fresh = [...theirs].filter(([id]) => !base.has(id) && yours.has(id));
  return new Map([...matchSide(base, theirs, gone, fresh, isList)].filter(([, { doubtful }]) => !doubtful));
}

/**
 * Finds members that a side has renamed, by their content, where that matters: where the other side has changed or renamed them too.
 * @param isList whether the members are elements of a list, whose names are a part of them
 */
export function renamesOf(base: Members, yours: Members, theirs: Members, isList: boolean): Renames {
  const both = renamedByBoth(base, yours, theirs, isList);
  const left = new Map([...base].filter(([id]) => !both.has(id)));
  const own = matchSide(base, yours, goneFrom(yours, left, theirs), newIn(yours, base, theirs), isList);
  const its = matchSide(base, theirs, goneFrom(theirs, left, yours), newIn(theirs, base, yours), isList);
  return {
    yours: new Map([...both, ...own]),
    theirs: new Map([...both, ...its]),
  };
}

/** Members of the base that a side may have under another name. */
export function renamedIn(base: Members, side: Members, isList: boolean): ReadonlySet<string> {
  const gone = [...base].filter(([id]) => !side.has(id));
  const fresh = [...side].filter(([id]) => !base.has(id));
  return new Set(matchSide(base, side, gone, fresh, isList).keys());
}
