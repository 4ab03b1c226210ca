import { gunzipSync } from 'node:zlib';
import { gzipSync } from 'fflate';
import { ServingError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { BASE_PATH } from './manifest.ts';

/** Far above any template (2.3 MB); a damaged or hostile file must not fill the memory. */
export const LARGEST_BASE = 64 * 1024 * 1024;

/** Why a base file cannot be used. The message completes the sentence "it is damaged: …". */
export class DamagedBase extends Error {}

/** What a file holds: its text, or its bytes where they are not UTF-8. */
type Written = string | { readonly base64: string };

function written(bytes: Uint8Array): Written {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}

/**
 * The base file: gzip of JSON, path to contents. Its bytes follow from the files alone, in whatever order they come: builds of
 * zlib compress the same contents differently, and Git would see a conflict between two branches that were upgraded to the same
 * version on two machines; so the compressor is a dependency of this package. In the order of their paths the files take 10 %
 * less space than in the order of their hashes.
 */
export function formatBase(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const paths = [...files.keys()].sort();
  // Not by an object: it would put names that are numbers first.
  const lines = paths.map(
    (path) => `${JSON.stringify(path)}:${JSON.stringify(written(files.get(path) as Uint8Array))}`,
  );
  return gzipSync(Buffer.from(`{"schema":1,"files":{\n${lines.join(',\n')}\n}}\n`), { level: 6, mtime: 0 });
}

/** Reasons are our own words: those of zlib differ between versions of Node.js. */
function unpack(packed: Uint8Array): string {
  if (packed.length === 0) throw new DamagedBase('it is empty');
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) throw new DamagedBase('it is no gzip file');
  try {
    return gunzipSync(packed, { maxOutputLength: LARGEST_BASE }).toString('utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new DamagedBase(`it holds more than ${LARGEST_BASE} bytes`, { cause });
    throw new DamagedBase(code === 'Z_BUF_ERROR' ? 'it is cut short' : 'its bytes were changed', { cause });
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DamagedBase('it holds no JSON', { cause });
  }
}

function bytesOf(value: unknown): Uint8Array | null {
  if (typeof value === 'string') return Buffer.from(value);
  const base64 = (value as { base64?: unknown } | null)?.base64;
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : null;
}

/**
 * Reads a base file as the untrusted input that it is, whatever compressed it.
 * @returns contents by their hash, which is computed here: what was changed is not found under the hash in the manifest
 * @throws DamagedBase, RECORD_NEWER for a form that is not known yet
 */
export function parseBase(packed: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const value = parsed(unpack(packed));
  const { schema, files } = value ?? {};
  if (typeof schema === 'number' && schema > 1) {
    throw new ServingError('RECORD_NEWER', `${BASE_PATH} is of form ${schema}; this version knows form 1.`);
  }
  if (schema !== 1 || typeof files !== 'object' || files === null) throw new DamagedBase('it names no files');
  return new Map(
    Object.values(files).flatMap((entry) => {
      const bytes = bytesOf(entry);
      return bytes === null ? [] : [[sha256(bytes), bytes] as const];
    }),
  );
}
