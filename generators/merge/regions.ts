import { diffArrays } from 'diff';

/** A stretch of the base that a side has replaced; either length may be zero. */
export interface Hunk {
  readonly baseStart: number;
  readonly baseLength: number;
  readonly sideStart: number;
  readonly sideLength: number;
}

/** A stretch of all three sides, as half-open ranges. In a stable one nobody changed anything. */
export interface Region {
  readonly changedBy: 'nobody' | 'yours' | 'theirs' | 'both';
  readonly base: readonly [number, number];
  readonly yours: readonly [number, number];
  readonly theirs: readonly [number, number];
}

/** Sides that differ by more than this many lines share nothing that would be worth the search, which takes its square. */
const MOST_EDITS = 2500;

/** What a side has made of the base; null where the two have too little in common. */
export function hunksOf(base: readonly string[], side: readonly string[]): Hunk[] | null {
  const changes = diffArrays([...base], [...side], { maxEditLength: MOST_EDITS });
  if (changes === undefined) return null;
  const hunks: Hunk[] = [];
  let [baseAt, sideAt] = [0, 0];
  let [baseStart, sideStart] = [0, 0];
  const close = () => {
    const [baseLength, sideLength] = [baseAt - baseStart, sideAt - sideStart];
    if (baseLength > 0 || sideLength > 0) hunks.push({ baseStart, baseLength, sideStart, sideLength });
  };
  for (const { added, removed, count } of changes) {
    if (removed) baseAt += count;
    else if (added) sideAt += count;
    else {
      close();
      baseAt += count;
      sideAt += count;
      [baseStart, sideStart] = [baseAt, sideAt];
    }
  }
  close();
  return hunks;
}

/** Reads the hunks of one side in order, and knows where a place of the base is in it. */
function reader(hunks: readonly Hunk[]) {
  let next = 0;
  let shift = 0;
  return {
    /** Takes the next hunk if it begins at or before a place of the base, and gives where it ends there. */
    take(until: number): number | null {
      const hunk = hunks[next];
      if (hunk === undefined || hunk.baseStart > until) return null;
      next++;
      shift += hunk.sideLength - hunk.baseLength;
      return hunk.baseStart + hunk.baseLength;
    },
    upcoming: () => hunks[next]?.baseStart ?? Number.POSITIVE_INFINITY,
    place: (base: number) => base + shift,
  };
}

/** Cuts three sides into regions. Changes that overlap or touch are one region, as Git sees them. */
export function regionsOf(length: number, yours: readonly Hunk[], theirs: readonly Hunk[]): Region[] {
  const [a, b] = [reader(yours), reader(theirs)];
  const regions: Region[] = [];
  for (let at = 0; ; ) {
    const start = Math.min(a.upcoming(), b.upcoming(), length);
    if (start > at) {
      const [own, its] = [a.place(at), b.place(at)];
      const size = start - at;
      regions.push({ changedBy: 'nobody', base: [at, start], yours: [own, own + size], theirs: [its, its + size] });
    }
    if (Math.min(a.upcoming(), b.upcoming()) > length) return regions;
    const [ownStart, itsStart] = [a.place(start), b.place(start)];
    const touched = { yours: false, theirs: false };
    let end = start;
    for (;;) {
      const own = a.take(end);
      const its = own === null ? b.take(end) : null;
      if (own === null && its === null) break;
      touched[own === null ? 'theirs' : 'yours'] = true;
      end = Math.max(end, own ?? its ?? end);
    }
    const changedBy = touched.yours && touched.theirs ? 'both' : touched.yours ? 'yours' : 'theirs';
    regions.push({ changedBy, base: [start, end], yours: [ownStart, a.place(end)], theirs: [itsStart, b.place(end)] });
    at = end;
  }
}
