import { gunzipSync } from 'node:zlib';
import { sha256 } from '../hash.ts';
import { LARGEST_BASE } from './base-file.ts';
import { EARLIER_BASE_FOLDER } from './manifest.ts';
import type { ReadFile } from './plain-files.ts';

/*
 * Versions before 0.10 kept the base as one file for each contents, named by its hash. The next upgrade writes the base file
 * in the same transaction that removes them.
 */

const NAME = /^[0-9a-f]{64}\.gz$/;

/** Where an earlier version kept the contents with a hash. */
export function blobPath(hash: string): string {
  return `${EARLIER_BASE_FOLDER}/${hash}.gz`;
}

/** Whether a file in the folder of the base is one that an earlier version wrote there. */
export function isBlobName(name: string): boolean {
  return NAME.test(name);
}

/** The contents with a hash; null where they were not kept or are damaged. */
export function readBlob(read: ReadFile, hash: string): Uint8Array | null {
  const packed = read(blobPath(hash));
  if (packed === null) return null;
  try {
    const bytes = gunzipSync(packed, { maxOutputLength: LARGEST_BASE });
    return sha256(bytes) === hash ? bytes : null;
  } catch {
    return null;
  }
}
