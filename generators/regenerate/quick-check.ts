import { join } from 'node:path';
import type { Disk } from '../apply/disk.ts';
import { pendingApply } from '../apply/pending.ts';
import { NO_POLICY, type Policy } from '../policy/policy.ts';
import { parsePolicy } from '../policy/record.ts';
import { isAsWritten } from '../project/as-written.ts';
import { isBlobName } from '../project/earlier-base.ts';
import {
  ANSWERS_HEADER,
  ANSWERS_PATH,
  EARLIER_BASE_FOLDER,
  type ManifestEntry,
  POLICY_PATH,
} from '../project/manifest.ts';
import { type ProjectRecord, readRecord } from '../project/read-record.ts';
import { parseAnswersFile } from '../questions/answers-file.ts';
import { departuresFrom } from '../questions/locks.ts';
import { readConflicts } from './conflicts.ts';
import { plainHash } from './line-ends.ts';
import { findRenames, NO_RENAMES, type Renames } from './renames/find.ts';
import { repositoryFiles } from './renames/repository-files.ts';
import { plainFiles, type Scan, scanner } from './scan.ts';

/** A repository that is at this template version. */
export interface QuickCheck {
  /** Managed files that were edited, removed or replaced. */
  readonly drift: readonly string[];
  /** The policy that it is under, and has not left. */
  readonly policy: Policy;
}

/** Whether there is something of the form in which versions before 0.10 kept the base: an upgrade removes it. */
function isEarlier(root: string, disk: Disk): boolean {
  const folder = join(root, EARLIER_BASE_FOLDER);
  return disk.entry(folder)?.kind === 'folder' && disk.list(folder).some(isBlobName);
}

function isSame(scan: Scan, path: string, entry: ManifestEntry): boolean {
  const yours = scan(path);
  if (yours?.kind !== 'file' || yours.mode !== (entry.mode === '755' ? 0o755 : 0o644)) return false;
  return yours.sha256 === entry.sha256 || plainHash(yours.bytes() as Uint8Array) === entry.sha256;
}

/** Only where a file is missing: reading all others takes longer than the check itself. */
function findMoved(record: ProjectRecord, scan: Scan, files: () => readonly string[]): Renames {
  const isTheirs = (path: string) => record.manifest?.files[path] !== undefined;
  return findRenames({ record, scan, files, isTheirs, targetOf: (path) => path });
}

/**
 * Null where it was left or cannot be read: a merge of two branches can bring answers from one and a policy from the other, and
 * hashes that fit them.
 */
function keptPolicy({ policyText, answersText }: ProjectRecord): Policy | null {
  if (policyText === null) return NO_POLICY;
  try {
    const policy = parsePolicy(policyText, POLICY_PATH);
    return departuresFrom(policy.locks, parseAnswersFile(answersText, ANSWERS_PATH)).length === 0 ? policy : null;
  } catch {
    return null;
  }
}

/**
 * Answers at once where nothing can have changed: at the same version, from the same answers, the template renders what
 * it rendered then, so an upgrade has nothing to bring and only hand edits of managed files are to be found.
 * Null where the whole plan has to be made: another version, other answers or another policy, a damaged record, an unfinished run.
 */
export function quickCheck(root: string, version: string, disk: Disk): QuickCheck | null {
  if (pendingApply(root, disk) !== null) return null;
  const files = plainFiles(root, disk);
  const record = readRecord(files);
  const { manifest, problems } = record;
  if (isEarlier(root, disk)) return null;
  // The dearest question comes last: in a fleet most repositories are at another version.
  if (manifest === null || manifest.templateVersion !== version) return null;
  const { answersSha256 } = manifest;
  if (answersSha256 === undefined || !isAsWritten(record.answersText, answersSha256, ANSWERS_HEADER)) return null;
  if (readConflicts(files.read) !== null || problems().length > 0) return null;
  const policy = keptPolicy(record);
  if (policy === null) return null;
  const scan = scanner(root, disk, (path) => (manifest.files[path]?.mode === '755' ? 0o755 : 0o644));
  const managed = Object.entries(manifest.files).filter(([, { owner, owned }]) => owner === 'managed' && !owned);
  const edited = managed.filter(([path, entry]) => !isSame(scan, entry.at ?? path, entry));
  return { drift: edited.length === 0 ? [] : driftOf(edited, record, scan, () => repositoryFiles(root, disk)), policy };
}

/** Of files that are not as the template wrote them at their recorded place: those that are not so at another place either. */
function driftOf(
  edited: readonly [string, ManifestEntry][],
  record: ProjectRecord,
  scan: Scan,
  files: () => readonly string[],
): string[] {
  const isMissing = ([path, { at = path }]: (typeof edited)[number]) => [undefined, 'blocked'].includes(scan(at)?.kind);
  const { places } = edited.some(isMissing) ? findMoved(record, scan, files) : NO_RENAMES;
  const placed = edited.map(([path, entry]) => {
    const place = places.get(path) ?? (isMissing([path, entry]) ? path : (entry.at ?? path));
    return { place, isEdited: !isSame(scan, place, entry) };
  });
  return placed
    .filter(({ isEdited }) => isEdited)
    .map(({ place }) => place)
    .sort();
}
