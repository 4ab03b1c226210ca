import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 64 * 1024;

/**
 * Reads a text file of which no more than `limit` bytes are wanted. It may be a pipe, whose size nobody knows before; a
 * device without an end is left after the limit.
 * @returns the text, one chunk longer than the limit at most
 */
export function readLimited(file: string, limit: number): string {
  const handle = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let size = 0; size <= limit; ) {
      const chunk = Buffer.alloc(CHUNK);
      const read = readSync(handle, chunk);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      size += read;
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    closeSync(handle);
  }
}
