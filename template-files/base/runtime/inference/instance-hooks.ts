import type { Activities } from '../observability/activities.ts';
import { fileOf, type HookCall, type HookName, hookError, withinDeadline } from './hook-call.ts';

/** Hooks in the form of versions until 0.9, which get one instance at a time. A promise only where one of the calls returns one. */

export interface InstanceHookCall {
  readonly name: HookName;
  readonly call: HookCall;
  readonly activities: Activities | undefined;
}

/** Calls a hook for each value. @param read checks and converts what it returned */
export function callForEach<From, To>(
  { name, call, activities }: InstanceHookCall,
  values: readonly From[],
  hook: (value: From, place: number) => unknown,
  read: (made: unknown, place: number) => To,
): readonly To[] | Promise<readonly To[]> {
  const end = activities?.begin(fileOf(name), call.id ?? 'internal');
  const made: unknown[] = [];
  try {
    for (const [i, value] of values.entries()) made.push(callHook(name, hook, value, i));
  } catch (error) {
    // The promises of the instances before it have no receiver any more, and must not end the process when they reject.
    void Promise.allSettled(made);
    end?.();
    throw error;
  }
  if (!made.some(isThenable)) {
    end?.();
    return made.map(read);
  }
  const all = Promise.all(made.map((one, i) => settle(name, one, i)));
  return withinDeadline(name, all, call.deadline)
    .finally(end)
    .then((results) => results.map(read));
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
    throw hookError(name, error, place);
  }
}

async function settle(name: HookName, made: unknown, place: number): Promise<unknown> {
  try {
    return await made;
  } catch (error) {
    throw hookError(name, error, place);
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
