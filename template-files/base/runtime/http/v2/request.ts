import { hasBatchAxis, type InputSpec, type Limits, type OutputSpec, type Serving } from '../../contract/serving.ts';
import { describe, inputError, inputMismatch, ServiceError } from '../../errors.ts';
import type { Block, Tensor } from '../../inference/tensor.ts';
import { type BinaryReader, createBinaryReader } from './binary.ts';
import { decodeInput, rawRequest, type WireTensor } from './input.ts';

/** An inference request of the Open Inference Protocol, checked against the contract. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly block: Block;
  readonly outputs: readonly RequestedOutput[];
  /** The client's own timeout, from Triton's parameter of that name. */
  readonly timeoutMs: number | undefined;
}

export interface RequestedOutput {
  /** Place in serving.yaml's outputs. */
  readonly index: number;
  readonly spec: OutputSpec;
  readonly binary: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Parameters that would change the meaning of a request, and that this server does not know. */
const REFUSED_PARAMETERS = ['sequence_id', 'sequence_start', 'sequence_end', 'shared_memory_region', 'classification'];

/**
 * Reads a body in any of the protocol's forms: JSON alone, JSON followed by the tensors' bytes (`headerLength` of them are
 * JSON), or the bytes of a single tensor (`headerLength` 0).
 */
export function readInferRequest(
  body: Buffer,
  headerLength: number | undefined,
  parse: (json: Buffer) => unknown,
  serving: Serving,
): InferRequest {
  if (headerLength === 0) return rawRequest(body, serving);
  const value = parse(headerLength === undefined ? body : body.subarray(0, headerLength));
  const json = object(value, 'the body');
  const parameters = parametersOf(json, 'parameters');
  const bytes = createBinaryReader(headerLength === undefined ? Buffer.alloc(0) : body.subarray(headerLength));
  const block = readInputs(list(json['inputs'], 'inputs'), serving, bytes, body.length);
  bytes.end();
  const outputs = readOutputs(json['outputs'], serving.outputs, parameters['binary_data_output'] === true);
  return { id: text(json['id'], 'id'), block, outputs, timeoutMs: timeoutOf(parameters['timeout']) };
}

function readInputs(wire: readonly unknown[], serving: Serving, bytes: BinaryReader, bodyLength: number): Block {
  const found = new Map<string, Tensor>();
  for (const [i, value] of wire.entries()) {
    const where = `inputs[${i}]`;
    const tensor = object(value, where);
    const name = tensor['name'];
    const spec = serving.inputs.find((input) => input.name === name);
    if (!spec) throw inputError(`${where}.name`, `one of ${names(serving.inputs)}`, name);
    if (found.has(spec.name)) throw inputMismatch(`${where}.name`, 'each input once', `"${spec.name}" again`);
    parametersOf(tensor, `${where}.parameters`);
    found.set(spec.name, decodeInput(tensor as WireTensor, spec, where, bytes, bodyLength));
  }
  const missing = serving.inputs.find((input) => !found.has(input.name));
  if (missing) throw inputError('inputs', `the input "${missing.name}"`, undefined);
  return blockOf(
    serving.inputs.map((input) => found.get(input.name) as Tensor),
    serving,
  );
}

/** Tensors as a block: with a batch axis all of them have the same number of rows, within the limit. */
export function blockOf(tensors: readonly Tensor[], serving: Serving): Block {
  if (!hasBatchAxis(serving)) return { rows: 1, tensors, key: '' };
  const rows = tensors[0]?.dims[0] ?? 0;
  checkRows(rows, serving.limits);
  tensors.forEach(({ dims }, i) => {
    if (dims[0] !== rows) {
      throw inputError(
        `input "${serving.inputs[i]?.name}"`,
        `${rows} rows, as in "${serving.inputs[0]?.name}"`,
        dims[0],
      );
    }
  });
  return { rows, tensors, key: tensors.map(({ dims }) => dims.slice(1).join('x')).join(',') };
}

function checkRows(rows: number, { maxInstances }: Limits): void {
  if (rows > maxInstances) throw inputError('the batch', `at most ${maxInstances} rows (limits.maxInstances)`, rows);
}

function readOutputs(value: unknown, specs: readonly OutputSpec[], binaryDefault: boolean): readonly RequestedOutput[] {
  const wire = value === undefined ? [] : list(value, 'outputs');
  const all = (): RequestedOutput[] => specs.map((spec, index) => ({ index, spec, binary: binaryDefault }));
  const asked = wire.map((item, i): RequestedOutput => {
    const output = object(item, `outputs[${i}]`);
    const index = specs.findIndex((spec) => spec.name === output['name']);
    const spec = specs[index];
    if (!spec) throw inputError(`outputs[${i}].name`, `one of ${names(specs)}`, output['name']);
    const binary = parametersOf(output, `outputs[${i}].parameters`)['binary_data'];
    if (binary !== undefined && typeof binary !== 'boolean') {
      throw inputError(`outputs[${i}].parameters.binary_data`, 'true or false', binary);
    }
    return { index, spec, binary: binary ?? binaryDefault };
  });
  const twice = asked.find(({ index }, i) => asked.findIndex((other) => other.index === index) < i);
  if (twice) throw inputMismatch('outputs', 'each output once', `"${twice.spec.name}" again`);
  return asked.length > 0 ? asked : all();
}

function parametersOf(owner: Json, where: string): Json {
  const parameters = owner['parameters'] === undefined ? {} : object(owner['parameters'], where);
  const refused = REFUSED_PARAMETERS.find((name) => Object.hasOwn(parameters, name));
  if (refused) throw new ServiceError('INVALID_REQUEST', `${where}.${refused} is not supported`);
  return parameters;
}

function timeoutOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  // As long as it likes: it never prolongs the service's own.
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    if (value > 0) return Number(value) / 1000;
  }
  throw inputError('parameters.timeout', 'microseconds, a whole number above 0', value);
}

function names(specs: readonly (InputSpec | OutputSpec)[]): string {
  return specs.map(({ name }) => name).join(', ');
}

function object(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new ServiceError('INVALID_REQUEST', `${where}: expected an object, found ${describe(value)}`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ServiceError('INVALID_REQUEST', `${where}: expected a list, found ${describe(value)}`);
}

/** An id comes back in the answer; it is the client's own text, of a length that a log can bear. */
function text(value: unknown, where: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && value.length <= 1024)) return value || undefined;
  throw new ServiceError(
    'INVALID_REQUEST',
    `${where}: expected a string of at most 1024 letters, found ${describe(value)}`,
  );
}
