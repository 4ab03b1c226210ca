import { type Datatype, hasBatchAxis, type Interface, type TensorSpec } from '../tensor.ts';

/** What serving.yaml says of the sizes of requests, as far as it follows the interface. */
export interface RequestLimits {
  /** Rows that share a run: `batching.maxBatchSize`. */
  readonly maxBatchSize: number;
  /** Bytes of one request: `limits.maxBodyBytes`. */
  readonly maxBodyBytes: number;
}

/** The values of the template's own serving.yaml: enough for every small interface. */
export const TEMPLATE_LIMITS: RequestLimits = { maxBatchSize: 32, maxBodyBytes: 4 * 2 ** 20 };

/** A body is held in memory as a whole. No larger limit is derived; an owner may still set one, up to 1 GiB. */
export const LARGEST_BODY = 256 * 2 ** 20;

/**
 * Bytes of the input tensors of one run. Intermediate results grow with the rows as well: more rows of large tensors would
 * exhaust a pod's memory long before they make a CPU faster.
 */
const LARGEST_BATCH = 32 * 2 ** 20;

/** Names, shapes and parameters around the data of a request. */
const ENVELOPE = 64 * 1024;
const MEGABYTE = 2 ** 20;

interface Width {
  /** Bytes of one element in a binary tensor. */
  readonly binary: number;
  /** Bytes of the longest element in JSON, with the comma and the space behind it. */
  readonly json: number;
}

/** Python writes a float of 32 or 16 bits with all digits of the 64-bit float that it becomes: `-1.1754943508222875e-38`. */
const FLOAT = '-1.1754943508222875e-38, '.length;

/** A text has no longest form; this is what an element of a list of texts is counted as. */
const TEXT: Width = { binary: 64, json: 256 };

const WIDTHS: Readonly<Record<Datatype, Width>> = {
  BOOL: { binary: 1, json: 'false, '.length },
  UINT8: { binary: 1, json: '255, '.length },
  UINT16: { binary: 2, json: '65535, '.length },
  UINT32: { binary: 4, json: '4294967295, '.length },
  UINT64: { binary: 8, json: '18446744073709551615, '.length },
  INT8: { binary: 1, json: '-128, '.length },
  INT16: { binary: 2, json: '-32768, '.length },
  INT32: { binary: 4, json: '-2147483648, '.length },
  INT64: { binary: 8, json: '-9223372036854775808, '.length },
  FP16: { binary: 2, json: FLOAT },
  FP32: { binary: 4, json: FLOAT },
  FP64: { binary: 8, json: '-2.2250738585072014e-308, '.length },
  BYTES: TEXT,
};

/** Python's JSON escapes every character beyond ASCII: `\u00e9`. */
const ESCAPED = '\\u0000'.length;

/** Elements of a tensor, where a free axis has one. */
export function fixedElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * Math.max(size, 1), 1);
}

/** Bytes of one row of all inputs as binary tensors: a free axis counts one element, the batch axis as well. */
export function binaryRowBytes(inputs: readonly TensorSpec[]): number {
  return inputs.reduce((sum, { datatype, shape }) => sum + fixedElements(shape) * WIDTHS[datatype].binary, 0);
}

/** Bytes of one row of all inputs in JSON, at their longest. */
export function jsonRowBytes(inputs: readonly TensorSpec[]): number {
  return inputs.reduce((sum, input) => sum + jsonBytes(input), 0);
}

function jsonBytes({ name, datatype, shape, features = [], text }: TensorSpec): number {
  const element = text?.maxCharacters === undefined ? WIDTHS[datatype].json : text.maxCharacters * ESCAPED;
  // Each array but the outermost is an element of another one: two brackets, a comma and a space.
  let arrays = 1;
  let brackets = 0;
  for (const size of shape) {
    brackets += 4 * arrays;
    arrays *= Math.max(size, 1);
  }
  // Columns are sent by their names, each in quotes, with a colon and a space.
  const names = [name, ...features.map((feature) => feature.name)];
  return arrays * element + brackets + names.reduce((sum, one) => sum + one.length * ESCAPED + 4, 0);
}

/**
 * The limits with which one row in JSON and a batch in binary tensors fit into one request. Small interfaces get the
 * template's own values; those of large tensors get a larger body and, where the batch would be larger than 32 MiB, fewer
 * rows in it. A row whose JSON is larger than `LARGEST_BODY` fits as a binary tensor alone.
 */
export function requestLimits({ inputs, outputs }: Interface): RequestLimits {
  const row = binaryRowBytes(inputs);
  const maxBatchSize = hasBatchAxis({ inputs, outputs }) ? batchSize(row) : TEMPLATE_LIMITS.maxBatchSize;
  const batch = hasBatchAxis({ inputs, outputs }) ? maxBatchSize * row : row;
  const needed = Math.max(jsonRowBytes(inputs), batch) + ENVELOPE;
  const rounded = Math.ceil(needed / MEGABYTE) * MEGABYTE;
  return { maxBatchSize, maxBodyBytes: Math.min(Math.max(rounded, TEMPLATE_LIMITS.maxBodyBytes), LARGEST_BODY) };
}

/** The largest power of two of rows that stays within the budget. */
function batchSize(row: number): number {
  const rows = 2 ** Math.floor(Math.log2(Math.max(LARGEST_BATCH / Math.max(row, 1), 1)));
  return Math.min(rows, TEMPLATE_LIMITS.maxBatchSize);
}

/** Whether one row can be sent at all: as binary tensors, in the largest body. */
export function rowFits(inputs: readonly TensorSpec[]): boolean {
  return binaryRowBytes(inputs) + ENVELOPE <= LARGEST_BODY;
}
