import { HttpError } from '../api.ts';
import { ServiceError } from '../errors.ts';
import type { Call } from './predictor.ts';

export type HookName = 'preprocess' | 'postprocess';

/** The call that a hook works for. */
export type HookCall = Pick<Call, 'deadline' | 'id' | 'headers'>;

/** The path of a hook in the repository. */
export const fileOf = (name: HookName): string => `src/hooks/${name}.ts`;

/** A hook that waits for something else must not keep its request for ever. @param controller is aborted at the deadline */
export async function withinDeadline<T>(
  name: HookName,
  result: Promise<T>,
  deadline: number,
  controller?: AbortController,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const error = new ServiceError('TIMEOUT', `no answer in time: ${fileOf(name)} had not finished`);
    const ms = Math.max(0, Math.min(deadline - performance.now(), MAX_TIMER_MS));
    timer = setTimeout(() => {
      reject(error);
      controller?.abort(new DOMException(error.message, 'TimeoutError'));
    }, ms);
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The longest that a timer takes; more would be taken for nothing. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a hook means to answer, such as an HttpError, is answered. Other errors are for the log: they may hold secrets. */
export function hookError(name: HookName, cause: unknown, place?: number): Error {
  if (cause instanceof ServiceError || cause instanceof HttpError) return cause;
  const where = place === undefined ? fileOf(name) : `${fileOf(name)}, instances[${place}]`;
  const message = `${where}: the hook failed; the log has the reason under the request's id`;
  return new ServiceError('HOOK_FAILED', message, { cause });
}
