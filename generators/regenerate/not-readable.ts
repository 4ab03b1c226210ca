import { ServingError } from '../errors.ts';

/** Whether it comes from the file system; those of Node.js itself (`ERR_…`) are defects of ours. */
function isSystem(error: unknown): error is NodeJS.ErrnoException {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && !code.startsWith('ERR_') && !(error instanceof ServingError);
}

/** Errors of the file system become one that a person can act on, where nothing was written; others pass. */
function asNotReadable(error: unknown, directory: string): unknown {
  if (!isSystem(error)) return error;
  return new ServingError('NOT_READABLE', `${directory} cannot be read: ${error.message}.`, { cause: error });
}

/**
 * Looks at a repository, changing nothing.
 * @throws NOT_READABLE where the file system refuses
 */
export function lookingAt<T>(directory: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw asNotReadable(error, directory);
  }
}
