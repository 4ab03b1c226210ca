/** Texts within a PNG file: up to megabytes each once they are decompressed, and none of them changes a pixel. */
const TEXTS = new Set(['tEXt', 'zTXt', 'iTXt']);
const SIGNATURE_BYTES = 8;
/** Length, name and checksum around the data of a chunk. */
const AROUND_DATA = 12;

/**
 * A PNG file without its texts, which the library would decompress to read the file's head. What is no chunk (the file is cut
 * off, or broken) is left as it is, for the library to refuse. The work is linear in the number of chunks.
 */
export function withoutTexts(file: Buffer): Buffer {
  const kept: Buffer[] = [];
  let start = 0;
  let at = SIGNATURE_BYTES;
  while (at + AROUND_DATA <= file.length) {
    const end = at + AROUND_DATA + file.readUInt32BE(at);
    if (end > file.length) break;
    if (TEXTS.has(file.toString('latin1', at + 4, at + 8))) {
      if (start < at) kept.push(file.subarray(start, at));
      start = end;
    }
    at = end;
  }
  return start === 0 ? file : Buffer.concat([...kept, file.subarray(start)]);
}
