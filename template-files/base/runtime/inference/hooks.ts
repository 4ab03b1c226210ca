import type { Logger } from 'pino';
import { type HookContext, type Hooks, type InstancePostprocess, type InstancePreprocess, takesRows } from '../api.ts';
import { describe, ServiceError } from '../errors.ts';
import type { Activities } from '../observability/activities.ts';
import { fileOf, type HookCall, type HookName, hookError, withinDeadline } from './hook-call.ts';
import { callForEach } from './instance-hooks.ts';

/** The team's hooks as the predictor calls them. One that is not defined is not there, and costs nothing. */
export interface HookRunner {
  /**
   * The instances that serving.yaml describes, made from those that the client sent. A promise only where the hook returns one.
   * @throws HOOK_FAILED, or the HttpError or ServiceError that the hook throws; TIMEOUT at the call's deadline
   */
  readonly preprocess:
    | ((instances: readonly unknown[], call: HookCall) => readonly unknown[] | Promise<readonly unknown[]>)
    | undefined;
  /** What is sent, made from the model's predictions as JSON texts. Deadline and errors are those of `preprocess`. */
  readonly postprocess:
    | ((
        texts: readonly string[],
        instances: readonly unknown[],
        call: HookCall,
      ) => readonly string[] | Promise<readonly string[]>)
    | undefined;
}

export interface HookRunnerDeps {
  readonly logger: Logger;
  /** Where what runs is noted, for the watchdog of the event loop. */
  readonly activities?: Activities | undefined;
}

export function createHookRunner({ preprocess, postprocess }: Hooks, deps: HookRunnerDeps): HookRunner {
  const { logger, activities } = deps;

  /** Calls a hook with all rows of a request, until the call's deadline. */
  async function callWithRows<Context extends HookContext>(
    name: HookName,
    hook: (rows: readonly unknown[], context: Context) => Promise<readonly unknown[]>,
    rows: readonly unknown[],
    call: HookCall,
    more: Omit<Context, keyof HookContext>,
  ): Promise<readonly unknown[]> {
    const requestId = call.id ?? 'internal';
    const controller = new AbortController();
    const context = {
      requestId,
      headers: call.headers ?? {},
      signal: controller.signal,
      logger: logger.child({ id: requestId }),
      ...more,
    } as Context;
    const end = activities?.begin(fileOf(name), requestId);
    try {
      return checkRows(name, await withinDeadline(name, hook(rows, context), call.deadline, controller), rows.length);
    } catch (error) {
      throw hookError(name, error);
    } finally {
      end?.();
    }
  }

  return {
    preprocess:
      preprocess &&
      ((instances, call) => {
        if (takesRows(preprocess)) return callWithRows('preprocess', preprocess, instances, call, {});
        const hook: InstancePreprocess = preprocess;
        return callForEach({ name: 'preprocess', activities, call }, instances, hook, checkInstance);
      }),
    postprocess:
      postprocess &&
      ((texts, instances, call) => {
        const predictions = texts.map((text): unknown => JSON.parse(text));
        if (takesRows(postprocess)) {
          return callWithRows('postprocess', postprocess, predictions, call, { instances }).then((rows) =>
            rows.map(toJson),
          );
        }
        const hook = postprocess as InstancePostprocess;
        const each = (prediction: unknown, i: number): unknown => hook(prediction, instances[i]);
        return callForEach({ name: 'postprocess', activities, call }, predictions, each, toJson);
      }),
  };
}

/** Which answer belongs to which instance is known by the place alone. */
function checkRows(name: HookName, made: unknown, length: number): readonly unknown[] {
  if (!Array.isArray(made) || made.length !== length) {
    const message = `${fileOf(name)}: expected it to return a list of ${length}, found ${describe(made)}`;
    throw new ServiceError('HOOK_FAILED', message);
  }
  if (name === 'preprocess') made.forEach(checkInstance);
  return made;
}

function checkInstance(made: unknown, place: number): unknown {
  if (made === undefined) throw unusable('preprocess', place, 'an instance', made);
  return made;
}

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

function unusable(name: HookName, place: number, expected: string, found: unknown): ServiceError {
  const what = `expected it to return ${expected}, found ${describe(found)}`;
  return new ServiceError('HOOK_FAILED', `${fileOf(name)}, instances[${place}]: ${what}`);
}
