import { basename } from 'node:path';
import gt from 'semver/functions/gt.js';
import type { Disk } from '../apply/disk.ts';
import { nodeDisk } from '../apply/node-disk.ts';
import { ServingError } from '../errors.ts';
import { migrationsBetween } from '../migrations/migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import { type ProjectRecord, readRecord } from '../project/read-record.ts';
import type { GivenAnswers } from '../questions/answers.ts';
import type { QuestionContext } from '../questions/question.ts';
import { type Answers, questions } from '../questions/questions.ts';
import { sampleOf } from '../render/samples.ts';
import { lookingAt } from './not-readable.ts';
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
  /** Recorded answers, and those that were set anew. */
  readonly given: GivenAnswers;
  /** Questions that the record has no answer to: the template has asked them only since. */
  readonly unanswered: readonly (keyof Answers)[];
  readonly context: QuestionContext;
}

/**
 * Opens a repository for an upgrade.
 * @throws NOT_STAMPED_OUT, RECORD_DAMAGED, RECORD_NEWER, PATH_UNSAFE, DOWNGRADE, MIGRATION_FAILED, ANSWERS_INVALID,
 * NOT_READABLE
 */
export function openProject(directory: string, source: UpgradeSource, set: GivenAnswers, disk = nodeDisk): Project {
  return lookingAt(directory, () => read(directory, source, set, disk));
}

function read(directory: string, source: UpgradeSource, set: GivenAnswers, disk: Disk): Project {
  const root = rootOf(directory);
  const record = readRecord(plainFiles(root, disk));
  const from = record.manifest?.templateVersion ?? null;
  const to = source.template.version;
  if (from !== null && gt(from, to)) {
    throw new ServingError('DOWNGRADE', `${root} is at template ${from}; this is create-ml-serving ${to}.`);
  }
  const due = from === null ? [] : migrationsBetween(source.migrations, from, to);
  const given = { ...recordedAnswers(record.answersText, due), ...set };
  const unanswered = questions.map(({ name }) => name).filter((name) => !(name in given));
  const context: QuestionContext = {
    directoryName: basename(root),
    sample: (modelType) => sampleOf(source.template, modelType),
  };
  return { root, disk, record, source, from, due, given, unanswered, context };
}
