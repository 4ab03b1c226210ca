import { type ErrorCode, ServingError } from '../errors.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EACCES: 'NOT_WRITABLE',
  EPERM: 'NOT_WRITABLE',
  EROFS: 'NOT_WRITABLE',
};

/** Whether it is an error of the file system with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

/**
 * Errors of the file system become errors a person can act on. Others pass.
 * Only for work that has changed nothing, or that was undone: the codes say so.
 */
export function fromSystem(error: unknown, place: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof ServingError || code === undefined) return error;
  return new ServingError(CODES[code] ?? 'APPLY_FAILED', `Writing to ${place} failed: ${message}.`, { cause: error });
}
