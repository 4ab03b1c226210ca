import { crc32, gunzipSync } from 'node:zlib';

/** Far above any file of a template; a damaged or hostile blob must not fill the memory. */
const LARGEST_BLOB = 256 * 1024 * 1024;
/** Magic, deflate, no flags, no time, no level, and an operating system that nobody knows. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const LONGEST_BLOCK = 0xffff;

/** One stored block: whether it is the last, its length, and the length's complement. */
function block(bytes: Uint8Array, isLast: boolean): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isLast ? 1 : 0, 0);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(bytes.length ^ LONGEST_BLOCK, 3);
  return Buffer.concat([head, bytes]);
}

/**
 * A gzip file whose bytes follow from its contents alone. Two builds of zlib compress the same contents differently, and
 * Git would take that for a conflict between two branches that added the same blob; so nothing is compressed here, which
 * Git does anyway.
 */
export function packBlob(bytes: Uint8Array): Uint8Array {
  const blocks: Buffer[] = [];
  for (let start = 0; start < bytes.length || start === 0; start += LONGEST_BLOCK) {
    const end = start + LONGEST_BLOCK;
    blocks.push(block(bytes.subarray(start, end), end >= bytes.length));
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...blocks, trailer]);
}

/** The contents of a blob, in whatever way it was compressed; throws where it is damaged. */
export function unpackBlob(packed: Uint8Array): Uint8Array {
  return gunzipSync(packed, { maxOutputLength: LARGEST_BLOB });
}
