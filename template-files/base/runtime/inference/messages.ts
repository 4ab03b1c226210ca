import type { TensorData } from './datatypes.ts';
import type { Tensor } from './tensor.ts';

/** What the main thread and a worker say to each other. Plain data, short: it is cloned for every batch. */

export interface SessionOptions {
  readonly modelPath: string;
  readonly intraOpThreads: number;
  /** Names and runtime types of the inputs, in the order in which a run brings them. */
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  /** Names of the outputs that serving.yaml lists; a run asks for them by index. */
  readonly outputs: readonly string[];
}

export interface RunMessage {
  readonly kind: 'run';
  readonly tensors: readonly Tensor[];
  /** Indexes into `SessionOptions.outputs`. */
  readonly fetch: readonly number[];
}

export type ToWorker = RunMessage | { readonly kind: 'close' };

/** A value of the graph as the runtime describes it. */
export interface RuntimeValue {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export type FromWorker =
  | {
      readonly kind: 'loaded';
      readonly inputs: readonly RuntimeValue[];
      readonly outputs: readonly RuntimeValue[];
      readonly runtime: string;
    }
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'done';
      readonly tensors: readonly { dims: readonly number[]; data: TensorData }[];
      readonly ms: number;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** The session still answers what it has answered before: the values of this run are the reason. */
      readonly refused?: boolean;
    };
