import { postprocess } from '../../src/hooks/postprocess.ts';
import { preprocess } from '../../src/hooks/preprocess.ts';
import { describe, ServiceError } from '../errors.ts';

type HookName = 'preprocess' | 'postprocess';

export const hasPreprocess = preprocess !== undefined;
export const hasPostprocess = postprocess !== undefined;

/**
 * The instances that serving.yaml describes, made from those that clients sent. A promise only where the hook returns one.
 * @param deadline moment (performance.now) until which promises of the hook are awaited
 * @throws HOOK_FAILED, or the ServiceError that the hook throws; TIMEOUT at the deadline
 */
export function preprocessed(
  instances: readonly unknown[],
  deadline: number,
): readonly unknown[] | Promise<readonly unknown[]> {
  const hook = preprocess;
  if (!hook) return instances;
  return callForEach('preprocess', instances, hook, deadline, (made, i) => {
    if (made === undefined) throw unusable('preprocess', i, 'an instance', made);
    return made;
  });
}

/** What is sent, made from the model's predictions as JSON texts. Deadline and errors are those of `preprocessed`. */
export function postprocessed(
  texts: string[],
  instances: readonly unknown[],
  deadline: number,
): readonly string[] | Promise<readonly string[]> {
  const hook = postprocess;
  if (!hook) return texts;
  return callForEach('postprocess', texts, (text, i) => hook(JSON.parse(text), instances[i]), deadline, toJson);
}

function callForEach<From, To>(
  name: HookName,
  values: readonly From[],
  hook: (value: From, place: number) => unknown,
  deadline: number,
  read: (made: unknown, place: number) => To,
): readonly To[] | Promise<readonly To[]> {
  const made: unknown[] = [];
  try {
    for (const [i, value] of values.entries()) made.push(callHook(name, hook, value, i));
  } catch (error) {
    // The promises of the instances before it have no receiver any more, and must not end the process when they reject.
    void Promise.allSettled(made);
    throw error;
  }
  if (!made.some(isThenable)) return made.map(read);
  const all = Promise.all(made.map((one, i) => settle(name, one, i)));
  return withinDeadline(name, all, deadline).then((values) => values.map(read));
}

function callHook<From>(
  name: HookName,
  hook: (value: From, place: number) => unknown,
  value: From,
  place: number,
): unknown {
  try {
    return hook(value, place);
  } catch (error) {
    throw failed(name, place, error);
  }
}

async function settle(name: HookName, made: unknown, place: number): Promise<unknown> {
  try {
    return await made;
  } catch (error) {
    throw failed(name, place, error);
  }
}

/** A hook that waits for something else must not keep its request for ever. */
async function withinDeadline<T>(name: HookName, result: Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const error = new ServiceError('TIMEOUT', `no answer in time: ${fileOf(name)} had not finished`);
    timer = setTimeout(() => reject(error), Math.max(0, Math.min(deadline - performance.now(), MAX_TIMER_MS)));
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The longest that a timer takes; more would be taken for nothing. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Where JSON would say null, or an empty object, for something else. */
function toJson(value: unknown, place: number): string {
  const text = JSON.stringify(value, (_, part) => {
    // A hook may hand on an integer beyond 2^53 of an instance.
    if (typeof part === 'bigint') return String(part);
    if (typeof part !== 'number' || Number.isFinite(part)) return part;
    throw unusable('postprocess', place, 'finite numbers', part);
  });
  if (text === undefined) throw unusable('postprocess', place, 'a value of JSON', value);
  return text;
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function unusable(name: HookName, place: number, expected: string, found: unknown): ServiceError {
  const what = `expected it to return ${expected}, found ${describe(found)}`;
  return new ServiceError('HOOK_FAILED', `${fileOf(name)}, instances[${place}]: ${what}`);
}

/** What a hook means to answer, such as an inputError, is answered. Other errors are for the log: they may hold secrets. */
function failed(name: HookName, place: number, cause: unknown): ServiceError {
  if (cause instanceof ServiceError) return cause;
  const message = `${fileOf(name)}, instances[${place}]: the hook failed; the log has the reason under the request's id`;
  return new ServiceError('HOOK_FAILED', message, { cause });
}

function fileOf(name: HookName): string {
  return `src/hooks/${name}.ts`;
}
