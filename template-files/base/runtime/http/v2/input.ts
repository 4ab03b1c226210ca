import { elementCount, type InputSpec, type Serving } from '../../contract/serving.ts';
import { describe, inputError, inputMismatch, ServiceError } from '../../errors.ts';
import { KINDS } from '../../inference/datatypes.ts';
import { fillNested } from '../../inference/preprocess/tensors.ts';
import type { Tensor } from '../../inference/tensor.ts';
import { type BinaryReader, decodeBytes, decodeString } from './binary.ts';
import { blockOf, type InferRequest } from './request.ts';

/** Axes of a wrong shape that an error shows. */
const MAX_SHOWN = 10;

/** An input as a client sends it: nothing of it is trusted. */
export interface WireTensor {
  readonly shape?: unknown;
  readonly datatype?: unknown;
  readonly data?: unknown;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** An input, from its JSON data or from the bytes behind the JSON. `bodyLength` bounds what a shape may claim. */
export function decodeInput(
  wire: WireTensor,
  spec: InputSpec,
  where: string,
  bytes: BinaryReader,
  bodyLength: number,
): Tensor {
  if (wire.datatype !== spec.datatype) throw inputError(`${where}.datatype`, spec.datatype, wire.datatype);
  const dims = checkShape(wire.shape, spec, `${where}.shape`);
  const count = elementCount(dims);
  if (!(count <= bodyLength))
    throw inputMismatch(`${where}.data`, `${count} elements (shape [${dims.join(', ')}])`, 'fewer');
  const size = wire.parameters?.['binary_data_size'];
  if (size !== undefined) {
    if (wire.data !== undefined) throw inputMismatch(where, 'data or binary_data_size', 'both');
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      throw inputError(`${where}.parameters.binary_data_size`, 'a number of bytes', size);
    }
    return { dims, data: bytes.read(size, count, spec, where) };
  }
  if (!Array.isArray(wire.data)) throw inputError(`${where}.data`, 'a list', wire.data);
  const kind = KINDS[spec.datatype];
  const data = kind.create(count);
  // A single value without axes still comes in a list.
  fillNested(data, 0, wire.data, dims.length === 0 ? [1] : dims, kind, spec.allowNonFinite === true, `${where}.data`);
  return { dims, data };
}

/** Sizes as they were sent, and what is none by its kind: a client may nest lists deeper than JSON.stringify goes. */
function shown(shape: readonly unknown[]): string {
  const sizes = shape.slice(0, MAX_SHOWN).map((size) => (typeof size === 'number' ? String(size) : describe(size)));
  return `[${sizes.join(',')}${shape.length > MAX_SHOWN ? ',…' : ''}]`;
}

function checkShape(shape: unknown, spec: InputSpec, where: string): readonly number[] {
  const expected = `[${spec.shape.join(', ')}] (-1 is free)`;
  if (!Array.isArray(shape)) throw inputError(where, expected, shape);
  const fits =
    shape.length === spec.shape.length &&
    shape.every(
      (size, axis) => Number.isSafeInteger(size) && size > 0 && (spec.shape[axis] === -1 || spec.shape[axis] === size),
    );
  if (!fits) {
    throw inputMismatch(where, expected, shown(shape));
  }
  return shape as number[];
}

/** The raw form: the body is the one input's bytes and nothing else; its one free axis follows from their number. All outputs come as bytes. */
export function rawRequest(body: Buffer, serving: Serving): InferRequest {
  const [input, ...more] = serving.inputs;
  if (!input || more.length > 0) {
    throw new ServiceError(
      'INVALID_REQUEST',
      `the raw form is for models of one input; this one has ${serving.inputs.length}`,
    );
  }
  const { dims, data } = input.datatype === 'BYTES' ? rawString(body, input) : rawNumbers(body, input);
  return {
    id: undefined,
    block: blockOf([{ dims, data }], serving),
    outputs: serving.outputs.map((spec, index) => ({ index, spec, binary: true })),
    timeoutMs: undefined,
  };
}

function rawNumbers(body: Buffer, input: InputSpec) {
  const free = input.shape.filter((size) => size === -1).length;
  if (free > 1)
    throw new ServiceError('INVALID_REQUEST', `input "${input.name}": the raw form needs a shape of one free axis`);
  const known = elementCount(input.shape.filter((size) => size !== -1)) * KINDS[input.datatype].bytes;
  const rest = free === 0 ? 1 : body.length / known;
  if (!Number.isInteger(rest) || rest < 1)
    throw inputError(`input "${input.name}"`, `a multiple of ${known} bytes`, body.length);
  const dims = input.shape.map((size) => (size === -1 ? rest : size));
  return { dims, data: decodeBytes(body, elementCount(dims), input, `input "${input.name}"`) };
}

/** One string, the whole body, without a length before it. */
function rawString(body: Buffer, input: InputSpec) {
  const dims = input.shape.map((size) => (size === -1 ? 1 : size));
  if (elementCount(dims) !== 1) {
    throw new ServiceError('INVALID_REQUEST', `input "${input.name}": the raw form of BYTES is a single string`);
  }
  return { dims, data: [decodeString(body, `input "${input.name}"`)] };
}
