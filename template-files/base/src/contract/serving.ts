/** What serving.yaml says, once it has been read and checked. */

export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

/** A datatype by its name in the Open Inference Protocol. */
export type Datatype = (typeof DATATYPES)[number];

export type ModelType =
  | 'tabular-classification'
  | 'tabular-regression'
  | 'image-classification'
  | 'text-classification'
  | 'custom';

/** One column of a tabular input. */
export interface Feature {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** Known values of a column of strings. */
  readonly categories?: readonly string[];
  /** May be null or left out: the model then gets NaN (floats) or an empty string (BYTES). */
  readonly nullable?: boolean;
}

export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** Sizes of the axes; -1 is free. */
  readonly shape: readonly number[];
  /** NaN and Infinity are values here. In JSON they are the strings "NaN", "Infinity" and "-Infinity". */
  readonly allowNonFinite?: boolean;
}

export interface InputSpec extends TensorSpec {
  readonly features?: readonly Feature[];
  /** What becomes of values beyond min, max or categories. They are counted in either case. */
  readonly outOfRange?: 'accept' | 'refuse';
}

export interface OutputSpec extends TensorSpec {
  readonly labels?: readonly string[];
}

export interface ModelSpec {
  readonly name: string;
  readonly version: string;
  readonly type: ModelType;
  readonly file: string;
  readonly sha256: string;
  /** True while the repository has a schema but no trained model yet. */
  readonly placeholder?: boolean;
}

export interface Runtime {
  readonly workers: number | 'auto';
  readonly intraOpThreads: number;
}

export interface Batching {
  readonly maxBatchSize: number;
  readonly maxDelayMs: number;
  /** A request of more rows than maxBatchSize is run in several batches, or refused. */
  readonly oversized: 'split' | 'refuse';
}

export interface Limits {
  readonly maxQueue: number;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly maxInstances: number;
}

export interface Serving {
  readonly apiVersion: 'ml-serving/v1';
  readonly model: ModelSpec;
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly runtime: Runtime;
  readonly batching: Batching;
  readonly limits: Limits;
}

/** Values of what serving.yaml may leave out. */
export const DEFAULTS = {
  runtime: { workers: 'auto', intraOpThreads: 1 },
  batching: { maxBatchSize: 32, maxDelayMs: 0, oversized: 'split' },
  limits: { maxQueue: 256, timeoutMs: 1000, maxBodyBytes: 4 * 1024 * 1024, maxInstances: 1024 },
} as const satisfies Pick<Serving, 'runtime' | 'batching' | 'limits'>;

/** A free first axis of every input and output is the batch: only then can requests share a run. */
export function hasBatchAxis(serving: Pick<Serving, 'inputs' | 'outputs'>): boolean {
  return [...serving.inputs, ...serving.outputs].every((tensor) => tensor.shape[0] === -1);
}

/** Number of elements of a shape whose axes are all known. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
