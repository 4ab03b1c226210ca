/** Number from 0 to below 1 that a text stands for: the same in every process, and evenly spread. */
export function draw(text: string): number {
  // FNV-1a, with a last mixing for texts that differ at their end only.
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}
