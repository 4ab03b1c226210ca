import { elementCount, hasBatchAxis, type InputSpec, type Serving } from '../../contract/serving.ts';
import { inputError, ServiceError } from '../../errors.ts';
import { type Element, KINDS, type Kind, parseNonFinite, put, type TensorData } from '../datatypes.ts';
import { type Block, joinNeighbours, type Tensor } from '../tensor.ts';
import type { Encoder, OnInvalid } from './encoder.ts';

/**
 * Instances are objects of tensors by input name, nested or flat; with a single input, the tensor alone. With a batch axis
 * an instance is one row, without one it is the whole tensors.
 */
export function createTensorEncoder(serving: Serving, onInvalid: OnInvalid): Encoder {
  const { inputs } = serving;
  const batched = hasBatchAxis(serving);
  const [only] = inputs.length === 1 ? inputs : [];
  const creators = inputs.map(({ datatype }) => KINDS[datatype].create);

  function valueFor(instance: unknown, input: InputSpec, index: number): unknown {
    const isObject = typeof instance === 'object' && instance !== null && !Array.isArray(instance);
    if (!isObject) {
      if (only) return instance;
      throw inputError(`instances[${index}]`, `an object with ${inputs.map(({ name }) => name).join(', ')}`, instance);
    }
    return Object.hasOwn(instance, input.name) ? (instance as Record<string, unknown>)[input.name] : undefined;
  }

  function encodeTensor(value: unknown, input: InputSpec, where: string): Tensor {
    const spec = batched ? input.shape.slice(1) : input.shape;
    if (value === undefined) {
      onInvalid(input.name, 'missing');
      throw inputError(where, `the input "${input.name}"`, value);
    }
    const kind = KINDS[input.datatype];
    // Whole tensors of one row are that row with or without its axis; a flat list is not taken for a row.
    const one = spec[0] === 1 || (spec[0] === -1 && spec.length > 2);
    const rowless = !batched && one && Array.isArray(value) && depth(value) === spec.length - 1;
    const dims = inferDims(rowless ? [value] : value, spec, where);
    const list = rowless ? [value] : value;
    // Sizes come from the first lists alone: what others do not bear out is refused below, and takes no memory.
    const count = elementCount(dims);
    const data = kind.create(countValues(list, dims.length) === count ? count : 0);
    try {
      fillNested(data, 0, list, dims, kind, input.allowNonFinite === true, where);
    } catch (error) {
      if (error instanceof ServiceError) onInvalid(input.name, 'type');
      throw error;
    }
    return { dims: batched ? [1, ...dims] : dims, data };
  }

  function encodeOne(instance: unknown, index: number): Block {
    if (typeof instance === 'object' && instance !== null && !Array.isArray(instance)) {
      const stranger = Object.keys(instance).find((key) => !inputs.some((input) => input.name === key));
      if (stranger !== undefined) {
        throw inputError(`instances[${index}]`, `only ${inputs.map(({ name }) => name).join(', ')}`, stranger);
      }
    }
    const tensors = inputs.map((input) =>
      encodeTensor(valueFor(instance, input, index), input, `instances[${index}].${input.name}`),
    );
    return { rows: 1, tensors, key: tensors.map((tensor) => tensor.dims.slice(1).join('x')).join(',') };
  }

  return (instances) => {
    const blocks = instances.map(encodeOne);
    return batched ? joinNeighbours(blocks, creators) : blocks;
  };
}

function depth(value: unknown): number {
  let levels = 0;
  for (let level = value; Array.isArray(level); level = level[0]) levels += 1;
  return levels;
}

/** Turns JSON values into elements of a tensor. Every value is looked at: the runtime would take NaN for an answer. */

const FLOAT32_LIMIT = 3.4028235677973366e38;

/** Puts a flat list of values into place; `where` is asked for only when one of them is wrong. */
export function fill(
  data: TensorData,
  offset: number,
  values: readonly unknown[],
  kind: Kind,
  allowNonFinite: boolean,
  where: (index: number) => string,
): void {
  let index = 0;
  if (data instanceof Float32Array) {
    // Long lists of plain floats are what the service spends its time on.
    for (; index < values.length; index++) {
      const value = values[index];
      if (typeof value !== 'number' || !(value < FLOAT32_LIMIT && value > -FLOAT32_LIMIT)) break;
      data[offset + index] = value;
    }
  }
  for (; index < values.length; index++) {
    put(data, offset + index, parseElement(values[index], kind, allowNonFinite, where, index));
  }
}

/** One element, or an error that names its place. */
export function parseElement(
  value: unknown,
  kind: Kind,
  allowNonFinite: boolean,
  where: (index: number) => string,
  index: number,
): Element {
  const element = kind.parse(value) ?? (allowNonFinite ? nonFiniteElement(value, kind) : undefined);
  if (element === undefined) throw inputError(where(index), kind.expected, value);
  return element;
}

function nonFiniteElement(value: unknown, { fromNumber }: Kind): Element | undefined {
  const number = parseNonFinite(value);
  return number === undefined || fromNumber === undefined ? number : fromNumber(number);
}

/** Puts nested lists into place, row by row; they must have exactly the sizes of `dims`. Flat lists are taken as they are. */
export function fillNested(
  data: TensorData,
  offset: number,
  value: unknown,
  dims: readonly number[],
  kind: Kind,
  allowNonFinite: boolean,
  where: string,
): void {
  if (dims.length === 0) {
    put(
      data,
      offset,
      parseElement(value, kind, allowNonFinite, () => where, 0),
    );
    return;
  }
  const size = dims.reduce((product, axis) => product * axis, 1);
  if (!Array.isArray(value)) throw inputError(where, `a list (${shapeWords(dims)})`, value);
  const place = (index: number): string => `${where}[${index}]`;
  if (dims.length === 1 || !Array.isArray(value[0])) {
    if (value.length !== size) throw inputError(where, `${size} values (${shapeWords(dims)})`, value);
    fill(data, offset, value, kind, allowNonFinite, place);
    return;
  }
  const [length = 0, ...rest] = dims;
  if (value.length !== length) throw inputError(where, `a list of ${length} (${shapeWords(dims)})`, value);
  const step = size / length;
  for (let i = 0; i < length; i++) {
    const row: unknown = value[i];
    // Half nested, half flat is neither.
    if (!Array.isArray(row) || (rest.length > 1 && !Array.isArray(row[0]) && row.length !== 0)) {
      throw inputError(place(i), `a list (${shapeWords(rest)})`, row);
    }
    fillNested(data, offset + i * step, row, rest, kind, allowNonFinite, place(i));
  }
}

/** The values in lists that are nested so deep at most, or flat. Each list is looked at once. */
export function countValues(value: unknown, depth: number): number {
  if (!Array.isArray(value)) return 1;
  if (depth <= 1 || !Array.isArray(value[0])) return value.length;
  let count = 0;
  for (const part of value) count += countValues(part, depth - 1);
  return count;
}

export function shapeWords(dims: readonly number[]): string {
  return dims.length === 0 ? 'a single value' : `shape [${dims.join(', ')}]`;
}

/** The sizes of the axes of an instance, where the contract leaves some free. */
export function inferDims(value: unknown, spec: readonly number[], where: string): readonly number[] {
  const free = spec.filter((size) => size === -1).length;
  if (free === 0) return spec;
  if (!Array.isArray(value)) throw inputError(where, `a list (${shapeWords(spec)}, -1 is free)`, value);
  if (spec.length > 1 && !Array.isArray(value[0])) {
    const known = spec.reduce((product, size) => (size === -1 ? product : product * size), 1);
    if (free > 1 || value.length % known !== 0) {
      throw inputError(where, `nested lists (${shapeWords(spec)}, -1 is free)`, value);
    }
    return spec.map((size) => (size === -1 ? value.length / known : size));
  }
  const dims: number[] = [];
  let level: unknown = value;
  for (const size of spec) {
    if (!Array.isArray(level)) throw inputError(where, `lists nested ${spec.length} deep`, value);
    dims.push(size === -1 ? level.length : size);
    level = level[0];
  }
  if (dims.includes(0)) throw inputError(where, 'at least one value', value);
  return dims;
}
