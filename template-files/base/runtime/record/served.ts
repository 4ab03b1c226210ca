import type { InputSpec, Serving } from '../contract/serving.ts';
import { type Element, KINDS, put, type TensorData } from '../inference/datatypes.ts';
import type { StepName } from '../inference/preprocess/steps.ts';
import { takesStrings } from '../inference/preprocess/texts.ts';
import type { Block, Tensor } from '../inference/tensor.ts';
import type { StepArray } from './recorded.ts';

/** The step whose tensors the model gets. */
export function lastStep(serving: Pick<Serving, 'model' | 'inputs'>): StepName {
  if (serving.model.type === 'image-classification') return 'normalise';
  return serving.model.type === 'text-classification' && !takesStrings(serving) ? 'ids' : 'tensor';
}

/** A tensor as it is. */
export function arrayOf({ dims, data }: Tensor): StepArray {
  return Array.isArray(data) ? { dims, values: data } : { dims, values: data };
}

/** A tensor of the model as numbers: half floats are decoded. */
export function numbersOf(tensor: Tensor, { datatype }: Pick<InputSpec, 'datatype'>): StepArray {
  const { fromNumber, toNumber } = KINDS[datatype];
  if (!fromNumber || !toNumber) return arrayOf(tensor);
  return { dims: tensor.dims, values: Float32Array.from(tensor.data as Uint16Array, toNumber) };
}

/** The positions of a sequence that hold a token, which its mask says. Without a mask all of them do. */
export function unpadded(array: StepArray, mask: StepArray | undefined): StepArray {
  const { values } = array;
  if (!mask || mask.values.length !== values.length) return array;
  const kept = Array.from(values as ArrayLike<number | bigint>).filter((_, at) => Number(mask.values[at]) !== 0);
  return { dims: [kept.length], values: kept };
}

/** The input that says which positions hold a token. */
export function isMask({ name, text }: InputSpec): boolean {
  return text?.holds === undefined ? name === 'attention_mask' : text.holds === 'mask';
}

/** Tensors of training as the model takes them; undefined where they are not all there, or of other sizes. */
export function blockOf(inputs: readonly InputSpec[], recorded: ReadonlyMap<string, StepArray>): Block | undefined {
  const tensors = inputs.map((input): Tensor | undefined => {
    const array = recorded.get(input.name) ?? (inputs.length === 1 ? recorded.get('') : undefined);
    if (!array) return undefined;
    const dims = array.dims.length === input.shape.length - 1 ? [1, ...array.dims] : array.dims;
    const fits =
      dims.length === input.shape.length && dims.every((size, i) => [size, -1].includes(input.shape[i] ?? 0));
    const data = fits && dims[0] === 1 ? dataOf(input, array) : undefined;
    return data && { dims, data };
  });
  return tensors.includes(undefined) ? undefined : { rows: 1, key: '', tensors: tensors as Tensor[] };
}

function dataOf({ datatype }: InputSpec, { values }: StepArray): TensorData | undefined {
  const kind = KINDS[datatype];
  const data = kind.create(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as Element;
    const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
    if ((typeof value === 'string') !== Array.isArray(data)) return undefined;
    if (isBig && typeof value === 'number' && !Number.isInteger(value)) return undefined;
    if (isBig) put(data, at, BigInt(value));
    else put(data, at, typeof value === 'string' ? value : (kind.fromNumber?.(Number(value)) ?? Number(value)));
  }
  return data;
}
