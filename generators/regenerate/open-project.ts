import { basename } from 'node:path';
import gt from 'semver/functions/gt.js';
import type { Disk } from '../apply/disk.ts';
import { nodeDisk } from '../apply/node-disk.ts';
import { ServingError } from '../errors.ts';
import { migrationsBetween } from '../migrations/migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import { NO_POLICY, type Policy } from '../policy/policy.ts';
import { damagedPolicy, parsePolicy } from '../policy/record.ts';
import { POLICY_PATH } from '../project/manifest.ts';
import { type ProjectRecord, readRecord } from '../project/read-record.ts';
import type { GivenAnswers } from '../questions/answers.ts';
import type { AllFeatureRules } from '../questions/features.ts';
import { plainLocks, refuseLocked } from '../questions/locks.ts';
import type { QuestionContext } from '../questions/question.ts';
import { type Answers, questions } from '../questions/questions.ts';
import { featureRules } from '../render/features/declarations.ts';
import { sampleOf } from '../render/samples.ts';
import { lookingAt } from './not-readable.ts';
import { type OwnershipRequest, ownershipRequest } from './ownership/request.ts';
import { recordSides } from './record-in-git.ts';
import { recordedAnswers } from './recorded-answers.ts';
import { rootOf } from './root.ts';
import { plainFiles } from './scan.ts';
import type { UpgradeSource } from './source.ts';

/** A stamped-out repository and what is to be brought to it, read and verified; nothing was changed. */
export interface Project {
  readonly root: string;
  readonly disk: Disk;
  readonly record: ProjectRecord;
  readonly source: UpgradeSource;
  /** Template version of the record; null where the manifest is missing or damaged. */
  readonly from: string | null;
  readonly due: readonly Migration[];
  /** The policy that was named, else the recorded one. */
  readonly policy: Policy;
  readonly isNamed: boolean;
  /** As they are recorded, in the terms of this version. */
  readonly recorded: GivenAnswers;
  /** Recorded answers, those that were set anew, and what the policy fixes. */
  readonly given: GivenAnswers;
  /** Whether the repository's own formatter is run. */
  readonly format: boolean;
  /** Questions that the record has no answer to: the template has asked them only since. */
  readonly unanswered: readonly (keyof Answers)[];
  readonly context: QuestionContext;
  readonly restored: ReadonlySet<string>;
  readonly ownership: OwnershipRequest;
}

/** What the record of a repository says, in the terms of this version. */
export interface Recorded {
  readonly root: string;
  /** Template version; null where the manifest is missing or damaged. */
  readonly from: string | null;
  readonly to: string;
  readonly answers: GivenAnswers;
  readonly features: AllFeatureRules;
}

/** What somebody wants changed on the way. */
export interface Wishes {
  /** Answers, or what becomes of the recorded ones. */
  readonly set?: GivenAnswers | ((recorded: Recorded) => GivenAnswers);
  /** Instead of the recorded one; `NO_POLICY` leaves it. */
  readonly policy?: Policy | undefined;
  /** Runs the repository's own formatter over the template's sides of what is merged. */
  readonly format?: boolean;
  /** Paths that are to have again what was removed from them. */
  readonly restore?: readonly string[];
  /** Files and folders of the template that are handed to the team. */
  readonly own?: readonly string[];
  /** Those that are taken back. */
  readonly disown?: readonly string[];
}

/**
 * Opens a repository for an upgrade.
 * @throws NOT_STAMPED_OUT, RECORD_DAMAGED, RECORD_NEWER, PATH_UNSAFE, DOWNGRADE, MIGRATION_FAILED, ANSWERS_INVALID,
 * POLICY_LOCKED, NOT_READABLE, PATH_OUTSIDE, USAGE
 */
export function openProject(directory: string, source: UpgradeSource, wishes: Wishes, disk = nodeDisk): Project {
  return lookingAt(directory, () => read(directory, source, wishes, disk));
}

function read(
  directory: string,
  source: UpgradeSource,
  { set: asked = {}, policy: named, format = false, restore = [], own = [], disown = [] }: Wishes,
  disk: Disk,
): Project {
  const root = rootOf(directory);
  const ownership = ownershipRequest(root, own, disown);
  const files = plainFiles(root, disk);
  const record = readRecord(files, () => recordSides(root, disk));
  const from = record.manifest?.templateVersion ?? null;
  const to = source.template.version;
  if (from !== null && gt(from, to)) {
    throw new ServingError('DOWNGRADE', `${root} is at template ${from}; this is create-ml-serving ${to}.`);
  }
  const due = from === null ? [] : migrationsBetween(source.migrations, from, to);
  const policy = named ?? recordedPolicy(record);
  const { defaults, locks } = policy;
  const recorded = recordedAnswers(record.answersText, due, files.read);
  const features = featureRules(source.template);
  const set = typeof asked === 'function' ? asked({ root, from, to, answers: recorded, features }) : asked;
  refuseLocked(locks, set);
  const answered = { ...recorded, ...set, ...plainLocks(locks) };
  const unanswered = questions.map(({ name }) => name).filter((name) => !(name in answered) && !(name in locks));
  // What is fixed is no longer what was answered once; but what somebody sets has to agree with it.
  const free = Object.entries(answered).filter(([name]) => !(name in locks) || name in set);
  const given = { ...Object.fromEntries(free), ...plainLocks(locks) } as GivenAnswers;
  const context: QuestionContext = {
    directoryName: basename(root),
    defaults,
    locks,
    features,
    sample: (modelType) => sampleOf(source.template, modelType),
  };
  return {
    root,
    disk,
    record,
    source,
    from,
    due,
    policy,
    isNamed: named !== undefined,
    format,
    recorded,
    given,
    unanswered,
    context,
    restored: new Set(restore.map((path) => path.replaceAll('\\', '/').replace(/^(\.\/)+/, ''))),
    ownership,
  };
}

/** @throws RECORD_DAMAGED: without what it fixes, nobody could tell what may be changed */
export function recordedPolicy({ policyText, manifest }: ProjectRecord): Policy {
  if (policyText !== null) return parsePolicy(policyText, POLICY_PATH);
  if (manifest?.policySha256 === undefined) return NO_POLICY;
  throw damagedPolicy(`${POLICY_PATH} is missing, so nobody knows which answers are fixed.`);
}
