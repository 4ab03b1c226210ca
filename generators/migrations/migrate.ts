import compare from 'semver/functions/compare.js';
import gt from 'semver/functions/gt.js';
import lte from 'semver/functions/lte.js';
import { ServingError } from '../errors.ts';
import type { Migration, Move, RawAnswers, ReadText } from './migration.ts';

/** The migrations between two template versions, in the order of their versions. */
export function migrationsBetween(all: readonly Migration[], from: string, to: string): Migration[] {
  const due = all.filter(({ version }) => gt(version, from) && lte(version, to));
  return due.toSorted((a, b) => compare(a.version, b.version));
}

function failed({ version }: Migration, what: string, cause: unknown): ServingError {
  const message = `The migration to ${version} failed on ${what}: ${(cause as Error)?.message ?? cause}.`;
  return new ServingError('MIGRATION_FAILED', message, { cause });
}

/**
 * Takes answers through the migrations. The answers given are never changed.
 * @param read files of the repository; without it there are none
 */
export function migrateAnswers(
  due: readonly Migration[],
  answers: RawAnswers,
  read: ReadText = () => undefined,
): RawAnswers {
  return due.reduce((current, migration) => {
    if (migration.answers === undefined) return current;
    try {
      return migration.answers(structuredClone(current), read);
    } catch (cause) {
      throw failed(migration, 'the answers', cause);
    }
  }, answers);
}

/** A move of a file counts before that of its folder, that of an inner folder before that of an outer one. */
function moveOnce(path: string, moves: readonly Move[]): string {
  const fits = ({ from }: Move) => path === from || (from.endsWith('/') && path.startsWith(from));
  const [move] = moves.filter(fits).sort((a, b) => b.from.length - a.from.length);
  return move === undefined ? path : move.to + path.slice(move.from.length);
}

/** Where a file of the last template has gone after all the migrations. */
export function movedPath(due: readonly Migration[], path: string): string {
  return due.reduce((current, { moves = [] }) => moveOnce(current, moves), path);
}

/** Whether any migration rewrites the text of a file, by the path it had in the last template. */
export function isRewritten(due: readonly Migration[], path: string): boolean {
  return due.some(({ files }, index) => files?.[movedPath(due.slice(0, index), path)] !== undefined);
}

/** Takes the text of a file through the migrations, by the path it had in the last template. */
export function migrateText(due: readonly Migration[], path: string, text: string): string {
  let current = text;
  let place = path;
  for (const migration of due) {
    const rewrite = migration.files?.[place];
    try {
      if (rewrite !== undefined) current = rewrite(current);
    } catch (cause) {
      throw failed(migration, place, cause);
    }
    place = moveOnce(place, migration.moves ?? []);
  }
  return current;
}
