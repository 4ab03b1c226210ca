import type { StepName } from '../inference/preprocess/steps.ts';
import type { NumberArray } from './npy.ts';

/** Texts of a tensor, and its sizes. */
export interface TextArray {
  readonly dims: readonly number[];
  readonly values: readonly string[];
}

/** An array of a step, on either side of the comparison. */
export type StepArray = NumberArray | TextArray;

/** A tensor that training recorded; it is read from its file when it is compared, so that one sample is in memory at a time. */
export interface RecordedTensor {
  /** The model's input; empty where the step has one tensor. */
  readonly name: string;
  /** @throws RECORD_INVALID */
  readonly read: () => StepArray;
}

export interface RecordedStep {
  readonly name: StepName;
  readonly tensors: readonly RecordedTensor[];
}

/** One raw input, what training made of it, and what it answered. */
export interface RecordedSample {
  readonly name: string;
  /** As a client would send it. @throws RECORD_INVALID where its file cannot be read */
  readonly instance: () => unknown;
  readonly steps: readonly RecordedStep[];
  /** Undefined where none was recorded. */
  readonly answer: unknown;
}

/** What tools/record.py writes: the reference for the service. */
export interface TrainingRecord {
  /** Of Python and its libraries, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of numbers of an answer; undefined leaves it to the type of the model. */
  readonly tolerance: number | undefined;
  /** Largest differences by step, where the record states them. */
  readonly bounds: Readonly<Partial<Record<StepName, number>>>;
  readonly samples: readonly RecordedSample[];
}
