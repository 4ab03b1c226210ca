import { HttpError } from '../api.ts';
import { ServiceError } from '../errors.ts';
import { withinTime } from '../time-limit.ts';
import type { Call } from './predictor.ts';

export type HookName = 'preprocess' | 'postprocess';

/** The call that a hook works for. */
export type HookCall = Pick<Call, 'deadline' | 'id' | 'headers'>;

/** The path of a hook in the repository. */
export const fileOf = (name: HookName): string => `src/hooks/${name}.ts`;

/** A hook that waits for something else must not keep its request for ever. @param controller is aborted at the deadline */
export function withinDeadline<T>(
  name: HookName,
  result: Promise<T>,
  deadline: number,
  controller?: AbortController,
): Promise<T> {
  return withinTime(result, deadline - performance.now(), (reject) => {
    const error = new ServiceError('TIMEOUT', `no answer in time: ${fileOf(name)} had not finished`);
    // First: a hook that its signal ends rejects as well.
    reject(error);
    controller?.abort(new DOMException(error.message, 'TimeoutError'));
  });
}

/** What a hook means to answer, such as an HttpError, is answered. Other errors are for the log: they may hold secrets. */
export function hookError(name: HookName, cause: unknown, place?: number): Error {
  if (cause instanceof ServiceError || cause instanceof HttpError) return cause;
  const where = place === undefined ? fileOf(name) : `${fileOf(name)}, instances[${place}]`;
  const message = `${where}: the hook failed; the log has the reason under the request's id`;
  return new ServiceError('HOOK_FAILED', message, { cause });
}
