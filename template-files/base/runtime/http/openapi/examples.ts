import type { Config } from '../../config.ts';
import { elementCount, hasBatchAxis, type Serving } from '../../contract/serving.ts';
import { KINDS } from '../../inference/datatypes.ts';
import type { GoldenSample } from '../../inference/golden.ts';

/** Values of a sample that a person still reads as an example; a picture as a tensor would make the document megabytes. */
const MAX_VALUES = 2000;

/** The id of the answers in the examples. */
export const EXAMPLE_ID = '0b6ff1a2-7d0c-4a53-9f0f-0c6d5a6f6a51';

/** The golden sample that examples are made from. */
export function exampleSample(golden: Config['golden']): GoldenSample | undefined {
  return golden?.samples.find((one) => valuesIn([one.instance, one.prediction], MAX_VALUES) <= MAX_VALUES);
}

/**
 * Examples that really work: they are made from the first golden sample that is small enough, and there are none without
 * one.
 */
export function examples({ serving, golden }: Config) {
  const { model } = serving;
  const sample = exampleSample(golden);
  const who = { model_name: model.name, model_version: model.version, id: EXAMPLE_ID };
  return {
    predict: sample && {
      request: { instances: [sample.instance] },
      response: { predictions: [sample.prediction], ...who },
    },
    test: sample && {
      instance: sample.instance,
      prediction: sample.prediction,
      expected: sample.prediction,
      agrees: true,
      max_abs_diff: 0,
      tolerance: golden?.tolerance,
      ...who,
    },
    infer: sample && inferExample(sample.instance, serving),
  };
}

/** How many values something of JSON holds; counting ends soon after the limit. */
function valuesIn(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 0;
  for (const inner of Object.values(value)) {
    count += valuesIn(inner, limit - count);
    if (count > limit) break;
  }
  return count;
}

/** The sample as a tensor, for tables of one input; other models' tensors have no example that could be guessed. */
function inferExample(instance: unknown, serving: Serving) {
  const [input, ...more] = serving.inputs;
  if (!input || more.length > 0 || !hasBatchAxis(serving)) return undefined;
  const values = Array.isArray(instance)
    ? instance.flat(16)
    : rowOf(instance, input.features?.map(({ name }) => name) ?? []);
  const shape = [1, ...input.shape.slice(1)];
  const kind = KINDS[input.datatype];
  if (values.length !== elementCount(shape) || values.some((value) => kind.parse(value) === undefined))
    return undefined;
  return { request: { inputs: [{ name: input.name, shape, datatype: input.datatype, data: values }] } };
}

function rowOf(instance: unknown, names: readonly string[]): unknown[] {
  return typeof instance === 'object' && instance !== null
    ? names.map((name) => (instance as Record<string, unknown>)[name])
    : [];
}
