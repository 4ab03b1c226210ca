import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { type Capacity, createCapacity, type Waiter } from '../limits/capacity.ts';
import type { Block, Tensor } from '../tensor.ts';
import { createColumnEncoder, hasColumns } from './columns.ts';
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

interface Extension {
  readonly createEncoder: (
    serving: Serving,
    onInvalid: OnInvalid,
    folder: string,
    capacity: Capacity,
  ) => Encoder | Promise<Encoder>;
}

/**
 * Encoders that need a library of their own (pictures, tokens) are in the repositories of such models only, and are
 * loaded by name: the others carry neither the code nor the library.
 */
export function createExtensionEncoder(
  name: 'images' | 'tokens',
  serving: Serving,
  onInvalid: OnInvalid,
  folder: string,
  capacity: Capacity,
): Encoder {
  const loaded = load(name).then(({ createEncoder }) => createEncoder(serving, onInvalid, folder, capacity));
  // Reported by the first request, which is a golden sample.
  loaded.catch(() => {});
  return async (instances, reading) => (await loaded)(instances, reading);
}

async function load(name: string): Promise<Extension> {
  try {
    return (await import(`./${name}.ts`)) as Extension;
  } catch (error) {
    if (!/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new ServiceError(
      'CONFIG_INVALID',
      `serving.yaml model.type: this repository was stamped out for another type of model (${(error as Error).message}). ` +
        'Run `create-ml-serving regenerate --set modelType=<type>` and `npm install`.',
      { cause: error },
    );
  }
}

/**
 * What a raw input becomes on its way to the model, in order. A picture: `decode` (pixels of the file, upright), `colour` (in the
 * model's channels), `resize`, `crop` (or padded), each height x width x channels from 0 to 255, then `normalise`. Texts of token
 * ids: `ids`. All else: `tensor`. The last one of each is the tensors that the model gets.
 */
export const STEPS = ['decode', 'colour', 'resize', 'crop', 'normalise', 'ids', 'tensor'] as const;

export type StepName = (typeof STEPS)[number];

/** One step of one instance. */
export interface Step {
  readonly name: StepName;
  /** By the name of the model's input; the name of a step that has one tensor and belongs to no input is empty. */
  readonly tensors: readonly NamedTensor[];
}

export interface NamedTensor extends Tensor {
  readonly name: string;
}

/**
 * Receives the steps before the last one as they are made. An encoder calls it only where it is given, because the pixels of each
 * step are copied for it; requests of clients never give it.
 */
export type OnStep = (place: number, step: Step) => void;
