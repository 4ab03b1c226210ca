import { describe } from '../errors.ts';
import { postprocess } from '../hooks/postprocess.ts';
import { preprocess } from '../hooks/preprocess.ts';

/** A hook gave what cannot be used: the team's to mend, and never the client's fault. Answered as INTERNAL; the log has the rest. */
class HookError extends Error {
  override readonly name = 'HookError';
  readonly code = 'HOOK_FAILED';
}

export const hasPreprocess = preprocess !== undefined;
export const hasPostprocess = postprocess !== undefined;

/** The instances that serving.yaml describes, of those that clients sent. */
export function preprocessed(instances: readonly unknown[]): readonly unknown[] {
  const hook = preprocess;
  if (!hook) return instances;
  return instances.map((instance, i) => {
    const made = hook(instance, i);
    if (made === undefined || made instanceof Promise) throw wrong('preprocess', i, 'an instance', made);
    return made;
  });
}

/** What is sent, of the model's predictions as JSON texts. */
export function postprocessed(texts: string[], instances: readonly unknown[]): string[] {
  const hook = postprocess;
  if (!hook) return texts;
  return texts.map((text, i) => toJson(hook(JSON.parse(text), instances[i]), i));
}

/** Where JSON would say null, or an empty object, for something else. */
function toJson(value: unknown, place: number): string {
  if (value instanceof Promise) throw wrong('postprocess', place, 'a value of JSON', value);
  const text = JSON.stringify(value, (_, part) => {
    if (typeof part !== 'number' || Number.isFinite(part)) return part;
    throw wrong('postprocess', place, 'finite numbers', part);
  });
  if (text === undefined) throw wrong('postprocess', place, 'a value of JSON', value);
  return text;
}

function wrong(hook: string, place: number, expected: string, found: unknown): HookError {
  const what = found instanceof Promise ? 'a promise' : describe(found);
  return new HookError(`src/hooks/${hook}.ts, instances[${place}]: expected it to return ${expected}, found ${what}`);
}
