import { parse, stringify } from 'yaml';
import { ServingError } from '../errors.ts';
import { migrateAnswers } from '../migrations/migrate.ts';
import type { Migration, RawAnswers } from '../migrations/migration.ts';
import { ANSWERS_PATH } from '../project/manifest.ts';
import type { ReadFile } from '../project/plain-files.ts';
import type { GivenAnswers } from '../questions/answers.ts';
import { parseAnswersFile } from '../questions/answers-file.ts';
import { isData } from '../questions/data.ts';

function parseRaw(text: string): RawAnswers {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new ServingError('RECORD_DAMAGED', `${ANSWERS_PATH} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (isData(value)) return value as RawAnswers;
  throw new ServingError('RECORD_DAMAGED', `${ANSWERS_PATH} holds no keys and values.`);
}

function textOf(bytes: Uint8Array | null): string | undefined {
  return bytes ? Buffer.from(bytes).toString('utf8') : undefined;
}

/**
 * The answers a repository was made from, in the terms of the new template.
 * @param read files of the repository, by which some migrations decide
 * @throws RECORD_DAMAGED, MIGRATION_FAILED, ANSWERS_INVALID
 */
export function recordedAnswers(text: string, due: readonly Migration[], read?: ReadFile): GivenAnswers {
  const changes = due.some((migration) => migration.answers !== undefined);
  if (!changes) return parseAnswersFile(text, ANSWERS_PATH);
  const migrated = migrateAnswers(due, parseRaw(text), read && ((path) => textOf(read(path))));
  return parseAnswersFile(stringify(migrated, { lineWidth: 0 }), `${ANSWERS_PATH} (after its migrations)`);
}
