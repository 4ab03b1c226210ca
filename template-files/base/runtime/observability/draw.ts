/** Of FNV-1a. */
const [START, PRIME] = [0x811c9dc5, 0x01000193];

/** Number from 0 to below 1 that a text stands for: the same in every process, and evenly spread. */
export function draw(text: string): number {
  return numberOf(hash(START, text));
}

/** The same for texts that all begin alike, so that no text need be put together: `drawer(a)(b)` is `draw(a + b)`. */
export function drawer(beginning: string): (text: string) => number {
  const begun = hash(START, beginning);
  return (text) => numberOf(hash(begun, text));
}

function hash(begun: number, text: string): number {
  let state = begun;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), PRIME);
  return state;
}

/** With a last mixing for texts that differ at their end only. */
function numberOf(hashed: number): number {
  let state = Math.imul(hashed ^ (hashed >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}
