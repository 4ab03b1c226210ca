import { elementCount, type InputSpec, type Serving } from '../../contract/serving.ts';
import { inputError, ServiceError } from '../../errors.ts';
import { KINDS } from '../../inference/datatypes.ts';
import { decodeBytes, decodeString } from './binary.ts';
import { blockOf, type InferRequest } from './request.ts';

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
