import type { ContractPart } from '../../contract/part.ts';

/** What is written of each prediction, and where to. */
export interface PredictionLogSpec {
  readonly mode: 'off' | 'sampled' | 'full';
  /** Share of the requests that are written when sampled. */
  readonly rate: number;
  readonly to: 'stdout' | 'file';
  /** Of the file; relative to serving.yaml. */
  readonly path: string;
  /** The file is rotated when it is larger, and so many are kept. */
  readonly maxBytes: number;
  readonly files: number;
  /** Memory for lines that wait to be written; further ones are dropped and counted. */
  readonly bufferBytes: number;
  /** Fields of the inputs that are left out, or replaced by a keyed hash (its key is PREDICTION_LOG_SALT). */
  readonly remove: readonly string[];
  readonly hash: readonly string[];
}

declare module '../../contract/serving.ts' {
  interface Serving {
    readonly predictionLog: PredictionLogSpec;
  }
}

export const PREDICTION_LOG_DEFAULTS: PredictionLogSpec = {
  mode: 'off',
  rate: 0.01,
  to: 'stdout',
  path: '/tmp/predictions.jsonl',
  maxBytes: 64 * 1024 * 1024,
  files: 3,
  bufferBytes: 8 * 1024 * 1024,
  remove: [],
  hash: [],
};

export const contract: ContractPart = {
  complete: (serving) => ({ predictionLog: { ...PREDICTION_LOG_DEFAULTS, ...serving.predictionLog } }),
};
