import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '../../errors.ts';

/** What a run is about: one that goes on must be about the same. */
export interface Subject {
  readonly input: string;
  readonly inputBytes: number;
  readonly inputModifiedMs: number;
  readonly modelSha256: string;
  readonly shard: number;
  readonly shards: number;
  readonly id: string | null;
}

/** Where an interrupted run goes on. Both files are on disk up to these bytes, and hold every row before `next`. */
export interface Progress {
  readonly subject: Subject;
  /** The first row that has not been written. */
  readonly next: number;
  readonly outputBytes: number;
  readonly errorBytes: number;
  readonly predicted: number;
  readonly refused: number;
}

export function startOf(subject: Subject): Progress {
  return { subject, next: 0, outputBytes: 0, errorBytes: 0, predicted: 0, refused: 0 };
}

/** Where to go on; the start where there is nothing to go on from. Throws where it is about something else. */
export function readProgress(path: string, subject: Subject): Progress {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return startOf(subject);
    throw error;
  }
  let found: Progress;
  try {
    found = JSON.parse(text) as Progress;
  } catch {
    throw new ServiceError('INVALID_REQUEST', `--resume: ${path} is damaged. Run without --resume to begin anew.`);
  }
  for (const key of Object.keys(subject) as (keyof Subject)[]) {
    if (isDeepStrictEqual(found.subject?.[key], subject[key])) continue;
    throw new ServiceError(
      'INVALID_REQUEST',
      `--resume: the interrupted run had ${key} ${found.subject?.[key]}, this one has ${subject[key]}. Run without --resume to begin anew.`,
    );
  }
  return found;
}

/** Whole or not at all: the file before it stays until this one is on disk. */
export async function writeProgress(path: string, progress: Progress): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(JSON.stringify(progress));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
