import { gunzipSync } from 'node:zlib';
import { gzipSync } from 'fflate';

/** Far above any file of a template; a damaged or hostile blob must not fill the memory. */
const LARGEST_BLOB = 256 * 1024 * 1024;

/**
 * A gzip file whose bytes follow from its contents alone. Builds of zlib compress the same contents differently, and Git would
 * take that for a conflict between two branches that added the same blob; so the compressor is our own dependency.
 * Compressed they have to be: Git takes blobs that resemble each other for renamed ones, and a merge of branches that went to
 * different versions would end in conflicts over them.
 */
export function packBlob(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 6, mtime: 0 });
}

/** The contents of a blob, whatever compressed it; throws where it is damaged. */
export function unpackBlob(packed: Uint8Array): Uint8Array {
  return gunzipSync(packed, { maxOutputLength: LARGEST_BLOB });
}
