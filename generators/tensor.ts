/** The words for tensors that every room shares: the Open Inference Protocol's datatypes and what serving.yaml says of a tensor. */

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

export type Datatype = (typeof DATATYPES)[number];

export const MODEL_TYPES = [
  'tabular-classification',
  'tabular-regression',
  'image-classification',
  'text-classification',
  'custom',
] as const;

export type ModelType = (typeof MODEL_TYPES)[number];

/** One column of a tabular input. */
export interface Feature {
  readonly name: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}

export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** Sizes of the axes; -1 is variable, by custom the first axis is the batch. */
  readonly shape: readonly number[];
  /** Names of the columns of an input, as many as its last axis has. */
  readonly features?: readonly Feature[];
  /** Names of the classes of an output, as many as its last axis has. */
  readonly labels?: readonly string[];
}
