const SIGNATURE_BYTES = 8;
/** Length, name and checksum around the data of a chunk. */
const AROUND_DATA = 12;

/** Whether a PNG file is an animation (APNG): a chunk acTL precedes its pixels. Looks at the chunks up to those. */
export function isAnimatedPng(file: Buffer): boolean {
  let at = SIGNATURE_BYTES;
  while (at + AROUND_DATA <= file.length) {
    const name = file.toString('latin1', at + 4, at + 8);
    if (name === 'acTL') return true;
    if (name === 'IDAT') return false;
    at += AROUND_DATA + file.readUInt32BE(at);
  }
  return false;
}
