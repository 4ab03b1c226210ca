import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { withoutMark } from '../byte-order-mark.ts';
import { describe, jsonProblem, ServiceError } from '../errors.ts';
import { fromHalf } from '../inference/float16.ts';
import { STEPS, type StepName } from '../inference/preprocess/encoder.ts';
import type { RecordedSample, RecordedStep, RecordedTensor, TrainingRecord } from './compare-steps.ts';

const FORMAT = 'ml-serving-record/v1';
const FILE = 'record.json';

/** Files beyond it are no samples of a record, and would be in memory as a whole. */
const MAX_BYTES = 512 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the folder that tools/record.py writes. Arrays and pictures are read when they are asked for.
 * @throws RECORD_INVALID with the file, the place in it, what was expected and what was found
 */
export function readRecord(folder: string): TrainingRecord {
  const root = fieldsOf(parse(folder), FILE);
  if (root['format'] !== FORMAT) throw invalid(`${FILE} format`, `"${FORMAT}"`, root['format']);
  const samples = root['samples'];
  if (!Array.isArray(samples) || samples.length === 0) throw invalid(`${FILE} samples`, 'a list of samples', samples);
  const { versions = {}, tolerance, steps = {} } = root;
  const bounds = Object.entries(fieldsOf(steps, `${FILE} steps`)).map(([name, bound]) => {
    const where = `${FILE} steps.${name}`;
    return [stepName(name, where), boundOf(bound, where)] as const;
  });
  return {
    versions: Object.fromEntries(
      Object.entries(fieldsOf(versions, `${FILE} versions`)).map(([name, version]) => [name, String(version)]),
    ),
    tolerance: tolerance === undefined ? undefined : boundOf(tolerance, `${FILE} tolerance`),
    bounds: Object.fromEntries(bounds),
    samples: samples.map((sample, i) => sampleOf(folder, sample, `${FILE} samples[${i}]`)),
  };
}

function parse(folder: string): unknown {
  const text = readInside(folder, FILE).toString('utf8');
  try {
    return JSON.parse(withoutMark(text));
  } catch (cause) {
    throw new ServiceError('RECORD_INVALID', `${FILE}: not JSON: ${jsonProblem(cause)}`, { cause });
  }
}

function sampleOf(folder: string, value: unknown, where: string): RecordedSample {
  const sample = fieldsOf(value, where);
  const steps = sample['steps'] ?? [];
  if (!Array.isArray(steps)) throw invalid(`${where}.steps`, 'a list', steps);
  return {
    name: String(sample['name'] ?? where),
    instance: instanceOf(folder, fieldsOf(sample['raw'], `${where}.raw`), `${where}.raw`),
    steps: steps.map((step, i) => stepOf(folder, step, `${where}.steps[${i}]`)),
    answer: sample['answer'],
  };
}

/** A picture's file becomes base64, as in JSON of a client. */
function instanceOf(folder: string, raw: Fields, where: string): () => unknown {
  const { file, text, row } = raw;
  if (typeof file === 'string') return () => ({ image: readInside(folder, file).toString('base64') });
  if (typeof text === 'string') return () => ({ text });
  if (row !== undefined) return () => row;
  throw invalid(where, 'file, text or row', raw);
}

function stepOf(folder: string, value: unknown, where: string): RecordedStep {
  const step = fieldsOf(value, where);
  const tensors = step['tensors'];
  if (!Array.isArray(tensors) || tensors.length === 0) throw invalid(`${where}.tensors`, 'a list of tensors', tensors);
  return {
    name: stepName(step['step'], `${where}.step`),
    tensors: tensors.map((tensor, i) => tensorOf(folder, tensor, `${where}.tensors[${i}]`)),
  };
}

function tensorOf(folder: string, value: unknown, where: string): RecordedTensor {
  const { name = '', file, dims, values } = fieldsOf(value, where);
  if (typeof name !== 'string') throw invalid(`${where}.name`, 'a text', name);
  if (typeof file === 'string') return { name, read: () => readArray(folder, file) };
  const isCounts = Array.isArray(dims) && dims.every((size) => Number.isSafeInteger(size) && size >= 0);
  const isTexts = Array.isArray(values) && values.every((text) => typeof text === 'string');
  if (!isCounts || !isTexts) throw invalid(where, 'file, or dims and a list of texts as values', value);
  const count = (dims as number[]).reduce((product, size) => product * size, 1);
  if (count !== values.length) throw invalid(`${where}.values`, `${count} texts (dims)`, values);
  return { name, read: () => ({ dims: dims as number[], values: values as string[] }) };
}

function readArray(folder: string, file: string) {
  const bytes = readInside(folder, file);
  try {
    return readNpy(bytes);
  } catch (cause) {
    throw new ServiceError('RECORD_INVALID', `${file}: ${(cause as Error).message}`, { cause });
  }
}

/** A file of the record: a path that leads out of its folder, by itself or by a link, is refused. */
function readInside(folder: string, file: string): Buffer {
  try {
    const path = realpathSync(join(folder, file));
    if (!path.startsWith(realpathSync(folder) + sep)) throw invalid(file, 'a file in the folder of the record', file);
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw invalid(file, `at most ${MAX_BYTES} bytes`, size);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const hint = file === FILE ? `; --against takes a folder that tools/record.py has written` : '';
    throw new ServiceError('RECORD_INVALID', `${join(folder, file)}: cannot be read (${reason})${hint}`, { cause });
  }
}

function stepName(value: unknown, where: string): StepName {
  const name = STEPS.find((step) => step === value);
  if (name) return name;
  throw invalid(where, `one of ${STEPS.join(', ')}`, value);
}

function boundOf(value: unknown, where: string): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw invalid(where, 'a number of at least 0', value);
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid(where, 'an object', value);
}

function invalid(where: string, expected: string, found: unknown): ServiceError {
  return new ServiceError('RECORD_INVALID', `${where}: expected ${expected}, found ${describe(found)}`);
}

/** Numbers of an array in the order of its last axis, and its sizes. */
export interface NumberArray {
  readonly dims: readonly number[];
  readonly values: ArrayLike<number | bigint>;
}

type Read = (bytes: ArrayBuffer) => ArrayLike<number | bigint>;

/** Bytes of an element, and how they are read, by NumPy's names. */
const TYPES: Readonly<Record<string, readonly [bytes: number, read: Read]>> = {
  '|b1': [1, (bytes) => new Uint8Array(bytes)],
  '|u1': [1, (bytes) => new Uint8Array(bytes)],
  '|i1': [1, (bytes) => new Int8Array(bytes)],
  '<u2': [2, (bytes) => new Uint16Array(bytes)],
  '<i2': [2, (bytes) => new Int16Array(bytes)],
  '<f2': [2, (bytes) => Float32Array.from(new Uint16Array(bytes), fromHalf)],
  '<u4': [4, (bytes) => new Uint32Array(bytes)],
  '<i4': [4, (bytes) => new Int32Array(bytes)],
  '<f4': [4, (bytes) => new Float32Array(bytes)],
  '<u8': [8, (bytes) => new BigUint64Array(bytes)],
  '<i8': [8, (bytes) => new BigInt64Array(bytes)],
  '<f8': [8, (bytes) => new Float64Array(bytes)],
};

const MAGIC = '\x93NUMPY';
const HEADER = /^\{'descr': '([^']{1,8})', 'fortran_order': (True|False), 'shape': \(([\d, ]{0,200})\),? ?\}/;

/**
 * Reads a file of numpy.save: little-endian numbers in C order. Objects that Python would unpickle are never read.
 * Source of the format: numpy.lib.format, versions 1.0 to 3.0.
 * @throws Error that says what is wrong with the bytes
 */
export function readNpy(bytes: Uint8Array): NumberArray {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 12 || file.toString('latin1', 0, 6) !== MAGIC) throw new Error('no file of numpy.save');
  const isLong = (file[6] ?? 0) > 1;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? file.readUInt32LE(8) : file.readUInt16LE(8));
  const [, descr = '', fortran, shape = ''] =
    HEADER.exec(file.toString('latin1', start, Math.min(end, start + 512))) ?? [];
  const [size, read] = TYPES[descr] ?? [];
  if (descr === '') throw new Error('its header is damaged');
  if (!size || !read) throw new Error(`it holds ${descr}; record numbers of up to 64 bits`);
  if (fortran === 'True') throw new Error('it is in Fortran order; save numpy.ascontiguousarray(array)');
  const dims = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const expected = dims.reduce((product, axis) => product * axis, size);
  if (file.length - end !== expected) {
    throw new Error(`its header promises ${expected} bytes of numbers, and it has ${Math.max(0, file.length - end)}`);
  }
  const from = bytes.byteOffset + end;
  return { dims, values: read(bytes.buffer.slice(from, from + expected) as ArrayBuffer) };
}
