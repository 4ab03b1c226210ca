/** Numbers that are the same for the same seed: a run can be repeated. */

/** Mulberry32. @returns functions that each take the next numbers */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** An integer from 0 to below `end`. */
  const below = (end) => Math.floor(next() * end);
  const pick = (list) => list[below(list.length)];
  return {
    next,
    below,
    pick,
    chance: (share) => next() < share,
    /** Small sizes often, large ones seldom: up to `max`. */
    size: (max) => Math.floor(max ** next()),
    many: (max, make) => Array.from({ length: below(max + 1) }, make),
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}
