import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ServingError } from '../errors.ts';

/** A directory that is to become a repository, as it is found. */
export interface Target {
  /** Absolute, with symbolic links resolved where it exists. */
  readonly path: string;
  readonly state: 'absent' | 'empty' | 'occupied';
  /** What lies in an occupied directory. */
  readonly entries: readonly string[];
}

/**
 * Looks at the directory a person named; changes nothing.
 * @throws DIRECTORY_INVALID where it cannot become a directory
 */
export function inspectTarget(directory: string): Target {
  if (directory.trim() === '') throw new ServingError('DIRECTORY_INVALID', 'The directory has no name.');
  if (directory.includes('\0'))
    throw new ServingError('DIRECTORY_INVALID', 'The name of the directory holds a NUL character.');
  const path = resolve(directory);
  if (basename(path) === '') throw new ServingError('DIRECTORY_INVALID', `${path} is the root of the file system.`);
  try {
    if (!statSync(path).isDirectory())
      throw new ServingError('DIRECTORY_INVALID', `${path} is a file, not a directory.`);
    const entries = readdirSync(path).sort();
    return { path: realpathSync(path), state: entries.length === 0 ? 'empty' : 'occupied', entries };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { path, state: 'absent', entries: [] };
    if (error instanceof ServingError) throw error;
    throw new ServingError('DIRECTORY_INVALID', `${path} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
