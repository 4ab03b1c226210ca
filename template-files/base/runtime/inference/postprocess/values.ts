import { hasBatchAxis, type OutputSpec, type Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { type Element, KINDS } from '../datatypes.ts';
import { rowSize, type Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';

/**
 * `{output name: value}`, each value nested as its shape is.
 * @param fetch places of the outputs in serving.yaml; all of them by default
 */
export function createCustomDecoder(
  serving: Serving,
  fetch: readonly number[] = serving.outputs.map((_, place) => place),
): Decoder {
  const batched = hasBatchAxis(serving);
  const outputs = fetch.map((place) => serving.outputs[place] as OutputSpec);
  const parts = outputs.map((output, i) => ({
    key: `${i === 0 ? '' : ','}${JSON.stringify(output.name)}:`,
    write: elementWriter(output),
  }));
  return {
    fetch,
    write(tensors, row) {
      let text = '{';
      parts.forEach(({ key, write }, i) => {
        const tensor = tensors[i] as Tensor;
        const dims = batched ? tensor.dims.slice(1) : tensor.dims;
        const size = dims.reduce((product, axis) => product * axis, 1);
        text += key + nested(tensor, dims, batched ? row * size : 0, write);
      });
      return `${text}}`;
    },
  };
}

function nested(tensor: Tensor, dims: readonly number[], offset: number, write: ElementWriter): string {
  const [length, ...rest] = dims;
  if (length === undefined) return write(tensor, offset);
  const step = rest.reduce((product, axis) => product * axis, 1);
  const items = Array.from({ length }, (_, i) => nested(tensor, rest, offset + i * step, write));
  return `[${items.join(',')}]`;
}

/** The JSON text of one element of an output. */
export type ElementWriter = (tensor: Tensor, index: number) => string;

/**
 * JSON cannot carry NaN: an output that has it is an error unless serving.yaml says that it is a value. Integers that a double
 * would change are strings in predictions, and numbers where the protocol wants numbers.
 */
export function elementWriter(output: OutputSpec, bigIntegers: 'string' | 'number' = 'string'): ElementWriter {
  const { write, toNumber } = KINDS[output.datatype];
  const allowed = output.allowNonFinite === true;
  if (!toNumber) {
    const one = bigIntegers === 'string' ? exact(write) : write;
    return (tensor, index) => one(tensor.data[index] ?? 0);
  }
  return (tensor, index) => {
    const element = tensor.data[index] as number;
    const value = toNumber(element);
    if (Number.isFinite(value)) return write(element);
    if (allowed) return `"${value}"`;
    throw notFinite(output.name, index, value);
  };
}

/** The model has no finite answer to this input. Asking again gives the same, so it is the request's fault, not a failure. */
export function notFinite(name: string, index: number, value: number): ServiceError {
  return new ServiceError(
    'OUTPUT_NOT_FINITE',
    `the model answered ${value} in output "${name}" (element ${index}): the input is outside of what it can compute`,
  );
}

function exact(write: (element: Element) => string): (element: Element) => string {
  return (element) => {
    const text = write(element);
    return typeof element === 'bigint' && !Number.isSafeInteger(Number(element)) ? `"${text}"` : text;
  };
}

/** `{"value": number}`, or `{"values": [...]}` for a model of several targets. */
export function createRegressionDecoder(serving: Serving): Decoder {
  const write = elementWriter(serving.outputs[0] as OutputSpec);
  const batched = hasBatchAxis(serving);
  return {
    fetch: [0],
    write([output], row) {
      const tensor = output as Tensor;
      const size = batched ? rowSize(tensor.dims) : tensor.data.length;
      if (size === 1) return `{"value":${write(tensor, row)}}`;
      const values = Array.from({ length: size }, (_, i) => write(tensor, row * size + i));
      return `{"values":[${values.join(',')}]}`;
    },
  };
}
