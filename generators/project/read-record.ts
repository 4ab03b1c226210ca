import { ServingError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { POLICY_HEADER } from '../policy/record.ts';
import { isAsWritten } from './as-written.ts';
import { unpackBlob } from './blob.ts';
import { ANSWERS_PATH, BASE_FOLDER, MANIFEST_PATH, type Manifest, POLICY_PATH } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';

/** Reads a plain file of the repository by its path; null where there is none. Never follows a symlink. */
export type ReadFile = (path: string) => Uint8Array | null;

/** The plain files of a repository. */
export interface PlainFiles {
  readonly read: ReadFile;
  readonly has: (path: string) => boolean;
}

/** The record as it was found. Without a manifest there is no base: then nothing of the person's is ever replaced. */
export interface ProjectRecord {
  readonly manifest: Manifest | null;
  /** The answers as they are written, before any migration. */
  readonly answersText: string;
  /** The policy as it is written; null where there is none. */
  readonly policyText: string | null;
  /** Whether that is not what was written: somebody has edited, added or removed it. */
  readonly policyEdited: boolean;
  /** Looks for what is missing or damaged, in words for a person. */
  readonly problems: () => readonly string[];
  /** Contents the template rendered last, by hash; null where they were not kept or are damaged. */
  readonly base: (sha256: string) => Uint8Array | null;
}

/** Where the contents with a hash are kept. */
export function blobPath(sha256: string): string {
  return `${BASE_FOLDER}/${sha256}.gz`;
}

function readBlob(read: ReadFile, hash: string): Uint8Array | null {
  const packed = read(blobPath(hash));
  if (packed === null) return null;
  try {
    const bytes = unpackBlob(packed);
    return sha256(bytes) === hash ? bytes : null;
  } catch {
    return null;
  }
}

function readAnswers(read: ReadFile): string {
  const bytes = read(ANSWERS_PATH);
  if (bytes !== null) return Buffer.from(bytes).toString('utf8');
  throw new ServingError(
    'RECORD_DAMAGED',
    `${ANSWERS_PATH} is missing, so nobody knows what this repository was made from.`,
  );
}

/**
 * Reads and verifies the record of a repository.
 * @throws NOT_STAMPED_OUT where there is no record, RECORD_DAMAGED without answers, PATH_UNSAFE for a hostile manifest
 */
export function readRecord({ read, has }: PlainFiles): ProjectRecord {
  const bytes = read(MANIFEST_PATH);
  if (bytes === null && !has(ANSWERS_PATH)) {
    throw new ServingError('NOT_STAMPED_OUT', `There is no ${MANIFEST_PATH} here.`);
  }
  const parsed = bytes === null ? `${MANIFEST_PATH} is missing` : parseManifest(Buffer.from(bytes).toString('utf8'));
  const policyBytes = read(POLICY_PATH);
  const policyText = policyBytes && Buffer.from(policyBytes).toString('utf8');
  const damaged = typeof parsed === 'string';
  const policyEdits = damaged ? [] : policyProblems(parsed, policyText);
  const cache = new Map<string, Uint8Array | null>();
  const base = (hash: string) => {
    if (!cache.has(hash)) cache.set(hash, readBlob(read, hash));
    return cache.get(hash) ?? null;
  };
  return {
    manifest: damaged ? null : parsed,
    answersText: readAnswers(read),
    policyText,
    policyEdited: policyEdits.length > 0,
    problems: () => (damaged ? [parsed] : [...policyEdits, ...lostBlobs(parsed, has, base)]),
    base,
  };
}

function policyProblems({ policySha256 }: Manifest, policy: string | null): string[] {
  if (policy === null) return policySha256 === undefined ? [] : [`${POLICY_PATH} is missing`];
  if (policySha256 !== undefined && isAsWritten(policy, policySha256, POLICY_HEADER)) return [];
  return [`${POLICY_PATH} is not as it was written: it was ${policySha256 === undefined ? 'added' : 'edited'} by hand`];
}

/** A blob that is there may still hold nothing of use, so each is read: some milliseconds for a whole repository. */
function lostBlobs({ files }: Manifest, has: PlainFiles['has'], base: ProjectRecord['base']): string[] {
  return Object.entries(files).flatMap(([path, { owner, sha256 }]) => {
    if (owner === 'seeded' || base(sha256) !== null) return [];
    const what = has(blobPath(sha256)) ? 'damaged' : 'missing';
    return [`the base of ${path} is ${what} (${blobPath(sha256)})`];
  });
}
