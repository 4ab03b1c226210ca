import { ServingError } from '../errors.ts';
import { POLICY_HEADER } from '../policy/record.ts';
import { isAsWritten } from './as-written.ts';
import { ANSWERS_PATH, MANIFEST_PATH, type Manifest, POLICY_PATH } from './manifest.ts';
import { mergeAnswers, mergeManifests, type RecordSides } from './merge-sides.ts';
import { once } from './once.ts';
import { parseManifest } from './parse-manifest.ts';
import type { PlainFiles, ReadFile } from './plain-files.ts';
import { openBase } from './read-base.ts';

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
  /** Why the base file cannot be read; null where it can, or where there is none. */
  readonly baseDamage: () => string | null;
}

const MARKERS = /^<<<<<<< /m;

function readAnswers(read: ReadFile, sides: () => RecordSides | null): string {
  const bytes = read(ANSWERS_PATH);
  if (bytes === null) {
    throw new ServingError(
      'RECORD_DAMAGED',
      `${ANSWERS_PATH} is missing, so nobody knows what this repository was made from.`,
    );
  }
  const text = Buffer.from(bytes).toString('utf8');
  const merging = MARKERS.test(text) ? sides() : null;
  return merging === null ? text : mergeAnswers(merging);
}

/**
 * Reads and verifies the record of a repository.
 * @param sidesInGit the record as each side of an unfinished merge has it, null where none is in conflict; only called where the
 * record itself cannot be read, or lacks something
 * @throws NOT_STAMPED_OUT where there is no record, RECORD_DAMAGED without answers, PATH_UNSAFE for a hostile manifest
 */
export function readRecord(files: PlainFiles, sidesInGit: () => RecordSides | null = () => null): ProjectRecord {
  const { read, has } = files;
  const sides = once(sidesInGit);
  const bytes = read(MANIFEST_PATH);
  if (bytes === null && !has(ANSWERS_PATH)) {
    throw new ServingError('NOT_STAMPED_OUT', `There is no ${MANIFEST_PATH} here.`);
  }
  const parsed = bytes === null ? `${MANIFEST_PATH} is missing` : parseManifest(Buffer.from(bytes).toString('utf8'));
  const { manifest, problem } =
    typeof parsed === 'string' ? fromSides(sides(), parsed) : { manifest: parsed, problem: [] };
  const policyBytes = read(POLICY_PATH);
  const policyText = policyBytes && Buffer.from(policyBytes).toString('utf8');
  const policyEdits = manifest === null ? [] : policyProblems(manifest, policyText);
  const base = openBase(files, () => {
    const merging = sides();
    return merging === null ? [] : [merging.ours, merging.theirs, merging.ancestor];
  });
  return {
    manifest,
    answersText: readAnswers(read, sides),
    policyText,
    policyEdited: policyEdits.length > 0,
    problems: () => [...problem, ...policyEdits, ...(manifest === null ? [] : base.problems(manifest))],
    base: base.contents,
    baseDamage: base.damage,
  };
}

/** What a manifest is that cannot be read: in an unfinished merge that of both sides, else none. */
function fromSides(sides: RecordSides | null, problem: string) {
  const manifest = sides && mergeManifests(sides);
  if (manifest === null) return { manifest, problem: [problem] };
  return { manifest, problem: [`${MANIFEST_PATH} is in conflict in Git: regenerate puts it together from both sides`] };
}

function policyProblems({ policySha256 }: Manifest, policy: string | null): string[] {
  if (policy === null) return policySha256 === undefined ? [] : [`${POLICY_PATH} is missing`];
  if (policySha256 !== undefined && isAsWritten(policy, policySha256, POLICY_HEADER)) return [];
  return [`${POLICY_PATH} is not as it was written: it was ${policySha256 === undefined ? 'added' : 'edited'} by hand`];
}
