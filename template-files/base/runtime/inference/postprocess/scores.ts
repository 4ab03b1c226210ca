import { type OutputSpec, scoreField } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { Tensor } from '../tensor.ts';
import { elementWriter, notFinite } from './values.ts';

/** Reads the rows of the output with labels, after its activation. */
export interface ScoreReader {
  /** Goes to a row; what follows is about that row. */
  open(tensor: Tensor, row: number): void;
  /** The score of a label. */
  at(place: number): number;
  /** The place of the highest score. */
  highest(): number;
  /** `"probabilities":{label: value, …}`, of the `topK` highest alone where that is fewer than all; `scores` where that is the field. */
  text(topK?: number): string;
}

/** @throws RangeError for an output without labels, which the contract does not let through */
export function createScoreReader(output: OutputSpec | undefined): ScoreReader {
  if (!output?.labels) throw new RangeError('checked by the contract: one output has labels');
  const labels = output.labels.map((label) => JSON.stringify(label));
  const width = labels.length;
  const keys = labels.map((label, i) => `${i === 0 ? '' : ','}${label}:`);
  const head = `"${scoreField(output)}":{`;
  const activate = createActivation(output);
  const read = activate ? ({ ...output, datatype: 'FP32' } as const) : output;
  const write = elementWriter(read);
  const { toNumber = Number } = KINDS[read.datatype];
  let tensor: Tensor = { dims: [], data: [] };
  let first = 0;
  const at = (place: number): number => toNumber(tensor.data[first + place] as number);

  return {
    open(all, row) {
      tensor = activate ? activate(all, row) : all;
      first = activate ? 0 : row * width;
    },
    at,
    highest: () => likeliestOf(tensor.data, first, width, toNumber),
    text(topK = output.topK) {
      let text = '';
      if (topK === undefined || topK >= width) {
        for (let i = 0; i < width; i++) text += keys[i] + write(tensor, first + i);
      } else {
        const chosen = likeliest(width, topK, at);
        text = chosen.map((i) => `${labels[i]}:${write(tensor, first + i)}`).join(',');
      }
      return `${head}${text}}`;
    },
  };
}

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

/** Place of the highest of `width` values from `first` on; the first of equals, as in predictions. NaN is below all. */
export function likeliestOf(
  data: ArrayLike<unknown>,
  first: number,
  width: number,
  toNumber: (element: number) => number,
): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < width; i++) {
    const value = toNumber(data[first + i] as number);
    if (value > highest) {
      highest = value;
      best = i;
    }
  }
  return best;
}

/** Places of the `count` highest of `length` values, highest first; of equal values the earlier one. NaN is below all. */
export function likeliest(length: number, count: number, valueAt: (place: number) => number): number[] {
  const places: number[] = [];
  const values: number[] = [];
  for (let place = 0; place < length; place++) {
    const found = valueAt(place);
    const value = Number.isNaN(found) ? Number.NEGATIVE_INFINITY : found;
    if (values.length === count && !(value > (values.at(-1) as number))) continue;
    let at = values.length;
    while (at > 0 && value > (values[at - 1] as number)) at -= 1;
    places.splice(at, 0, place);
    values.splice(at, 0, value);
    if (values.length > count) {
      places.pop();
      values.pop();
    }
  }
  return places;
}
