import type { OutputSpec } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { Tensor } from '../tensor.ts';
import { notFinite } from './elements.ts';

/** The values of one row of an output with labels, after the step that serving.yaml names; FP32, [labels]. */
export type Activate = (tensor: Tensor, row: number) => Tensor;

/**
 * softmax: e^x / sum(e^x) over the labels; sigmoid: 1 / (1 + e^-x) for each by itself. Undefined where the model's own values are
 * the answer. Throws OUTPUT_NOT_FINITE for what is no number, unless that is allowed.
 */
export function createActivation(output: OutputSpec): Activate | undefined {
  const { activation, name, datatype, allowNonFinite, labels = [] } = output;
  if (activation === undefined || activation === 'none') return undefined;
  const { toNumber = Number } = KINDS[datatype];
  const width = labels.length;
  const step = activation === 'softmax' ? softmax : sigmoids;
  return ({ data }, row) => {
    const values = new Float64Array(width);
    for (let i = 0; i < width; i++) {
      const at = row * width + i;
      const value = toNumber(data[at] as number);
      if (!Number.isFinite(value) && !allowNonFinite) throw notFinite(name, at, value);
      values[i] = value;
    }
    step(values);
    return { dims: [width], data: Float32Array.from(values) };
  };
}

/** One number of a sigmoid. */
export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function sigmoids(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = sigmoid(values[i] as number);
}

/** The largest is taken off first: e^x of large scores would be Infinity. */
function softmax(values: Float64Array): void {
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.exp((values[i] as number) - largest);
    sum += values[i] as number;
  }
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / sum;
}
