import type { Serving } from '../../contract/serving.ts';
import { type Capacity, createCapacity } from '../limits/capacity.ts';
import type { Waiter } from '../limits/semaphore.ts';
import type { Block } from '../tensor.ts';
import { createColumnEncoder, hasColumns } from './columns.ts';
import { createExtensionEncoder } from './extension.ts';
import type { OnStep } from './steps.ts';
import { createTensorEncoder } from './tensors.ts';
import { createTextEncoder, takesStrings } from './texts.ts';

/**
 * Turns the instances of POST /predict into blocks for the model, in order: an instance is a row, and instances of different
 * shapes come in different blocks. Throws INVALID_INPUT naming the place. May be asynchronous where decoding is; then
 * DECODED_TOO_LARGE, QUEUE_FULL, TIMEOUT and CLIENT_GONE are possible as well.
 */
export type Encoder = (
  instances: readonly unknown[],
  reading?: Reading,
) => readonly Block[] | Promise<readonly Block[]>;

/** The request that an encoder works for. */
export interface Reading extends Waiter {
  /** Registers what gives memory back; called once, when the request is answered. */
  readonly onEnd: (release: () => void) => void;
  /** Given where the steps of preprocessing are compared with training's; never for a client. */
  readonly onStep?: OnStep | undefined;
}

/** Told of every value that is counted as bad, whether it is refused or not. */
export type OnInvalid = (feature: string, reason: InvalidReason) => void;

export type InvalidReason = 'missing' | 'nan' | 'type' | 'out_of_range' | 'unseen_category';

/**
 * The encoder for a model; which one is decided by model.type alone.
 * @param folder where serving.yaml is: the files that it names are relative to it
 * @param capacity the process's memory for what is decoded; its own where none is given
 */
export function createEncoder(
  serving: Serving,
  onInvalid: OnInvalid,
  folder = '.',
  capacity: Capacity = createCapacity(serving.limits),
): Encoder {
  switch (serving.model.type) {
    case 'tabular-classification':
    case 'tabular-regression':
      return hasColumns(serving.inputs)
        ? createColumnEncoder(serving, onInvalid)
        : createTensorEncoder(serving, onInvalid);
    case 'custom':
      return createTensorEncoder(serving, onInvalid);
    case 'image-classification':
      return createExtensionEncoder('images', serving, onInvalid, folder, capacity);
    case 'text-classification':
      return takesStrings(serving)
        ? createTextEncoder(serving, onInvalid)
        : createExtensionEncoder('tokens', serving, onInvalid, folder, capacity);
  }
}
