import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { ServingError } from '../errors.ts';
import { holdsOnlyRemains } from './remains.ts';
import { hasCode } from './system-error.ts';

/** A directory that is to become a repository, as it is found. */
export interface Target {
  /** Absolute, with symbolic links resolved where it exists. */
  readonly path: string;
  readonly state: 'absent' | 'empty' | 'occupied';
  /** What lies in an occupied directory; what a run that was killed has left counts as nothing. */
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
    const found = readdirSync(path).sort();
    const entries = holdsOnlyRemains(path) ? [] : found;
    return { path: realpathSync(path), state: entries.length === 0 ? 'empty' : 'occupied', entries };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      refuseDeadLink(path);
      return { path, state: 'absent', entries: [] };
    }
    if (error instanceof ServingError) throw error;
    throw new ServingError('DIRECTORY_INVALID', `${path} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A link to nothing looks absent, and yet nothing can be made in its place: the target itself or a folder above it. */
function refuseDeadLink(path: string): void {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found) continue;
    if (!found.isSymbolicLink() || statSync(at, { throwIfNoEntry: false })) return;
    throw new ServingError('DIRECTORY_INVALID', `${at} is a link to nothing (${readlinkSync(at)}).`, {
      hint: 'Remove the link, or make the directory it points to.',
    });
  }
}
