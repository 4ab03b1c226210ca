/** Of FNV-1a. */
const [START, PRIME] = [0x811c9dc5, 0x01000193];

/** A fraction from 0 to below 1 that a text has by its hash: the same in every process, and evenly distributed. */
export function hashFraction(text: string): number {
  return fractionOf(hash(START, text));
}

/** The same for texts with a common prefix, which are not concatenated: `prefixedFraction(a)(b)` is `hashFraction(a + b)`. */
export function prefixedFraction(prefix: string): (text: string) => number {
  const hashed = hash(START, prefix);
  return (text) => fractionOf(hash(hashed, text));
}

function hash(start: number, text: string): number {
  let state = start;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), PRIME);
  return state;
}

/** With a final mix for texts that differ at their end only. */
function fractionOf(hashed: number): number {
  let state = Math.imul(hashed ^ (hashed >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}
