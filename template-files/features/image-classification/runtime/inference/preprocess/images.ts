import { setImmediate as nextTurn } from 'node:timers/promises';
import { channelAxis, valueSteps } from '../../contract/image-profiles.ts';
import type { InputSpec, Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { KINDS, type TensorData } from '../datatypes.ts';
import { toHalf } from '../float16.ts';
import { type Capacity, checkWaiter, createCapacity, createSemaphore, type Waiter } from '../limits/capacity.ts';
import type { Block, Tensor } from '../tensor.ts';
import type { Encoder, OnInvalid, OnStep } from './encoder.ts';
import { inParallel } from './in-parallel.ts';
import { pictureBytes } from './picture-bytes.ts';
import { createNeed, type Need } from './picture-need.ts';
import type { Pixels } from './pictures/resample.ts';
import { createPictureReader, type Picture, type ShowPixels } from './pixels.ts';

/**
 * Pictures decoded at a time, by all requests together: each takes a thread of libuv's pool of four, and one of those stays free for
 * files and compressed bodies.
 */
const slots = createSemaphore(3);
/** Pixels that are laid out in one turn of the event loop: about a millisecond. */
const PART = 2 ** 18;

/**
 * Instances are pictures: base64 of a JPEG, PNG or WebP file, `{"image": …}` of it, or the uploaded bytes. The heads of all of them
 * are read first. What they need once they are decoded is compared with the limits, and the memory for it is acquired, before
 * the first one is decoded.
 */
export function createEncoder(
  { inputs, limits }: Serving,
  onInvalid: OnInvalid,
  _folder = '.',
  capacity: Capacity = createCapacity(limits),
): Encoder {
  const [input] = inputs;
  if (!input) throw new RangeError('checked by the contract: an image model has an input');
  const read = createPictureReader(input, capacity.maxBytes);
  const write = createTensorWriter(input);

  /** Counts what is wrong with an instance. What the service has no capacity or no time for says nothing about it. */
  async function counted<T>(instance: unknown, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'INVALID_INPUT') {
        onInvalid(input?.name ?? '', instance === undefined ? 'missing' : 'type');
      }
      throw error;
    }
  }

  async function survey(instances: readonly unknown[], files: readonly Uint8Array[], waiter: Waiter): Promise<Need> {
    const need = createNeed(capacity);
    for (const [i, file] of files.entries()) {
      checkWaiter(waiter);
      need.add(await counted(instances[i], () => read(file, placeOf(i))));
    }
    return need.sum();
  }

  async function decodeOne({ decode }: Picture, waiter: Waiter, show?: ShowPixels): Promise<Block> {
    const slot = await slots.acquire(1, waiter);
    try {
      const pixels = await decode(waiter, show);
      return { rows: 1, key: `${pixels.height}x${pixels.width}`, tensors: [await write(pixels)] };
    } finally {
      slot.release();
    }
  }

  return async (instances, reading) => {
    const waiter: Waiter = reading ?? { deadline: Number.POSITIVE_INFINITY };
    const onStep = reading?.onStep;
    checkWaiter(waiter);
    const files = await Promise.all(
      instances.map((instance, i) => counted(instance, async () => pictureBytes(instance, placeOf(i)))),
    );
    const entry = capacity.enter(
      files.reduce((sum, { byteLength }) => sum + byteLength, 0),
      waiter,
    );
    let isDone = false;
    try {
      const { pictures, resultBytes, sourceBytes, atATime } = await survey(instances, files, waiter);
      await entry.acquire(resultBytes + sourceBytes);
      const blocks = await inParallel(pictures, atATime, (picture, i) =>
        counted(instances[i], () => decodeOne(picture, waiter, onStep && showTo(onStep, i))),
      );
      entry.reduce(resultBytes);
      isDone = true;
      return blocks;
    } finally {
      if (isDone && reading) reading.onEnd(entry.leave);
      else entry.leave();
    }
  };
}

/** Pixels as the tensor of a step that belongs to no input yet. */
function showTo(onStep: OnStep, place: number): ShowPixels {
  return (name, { data, height, width, channels }) =>
    onStep(place, { name, tensors: [{ name: '', dims: [height, width, channels], data }] });
}

function placeOf(index: number): string {
  return `instances[${index}]`;
}

/** Lays pixels out as the model takes them, and brings their values to its range. */
function createTensorWriter(input: InputSpec): (pixels: Pixels) => Promise<Tensor> {
  const { datatype, shape } = input;
  const first = channelAxis(shape) === 1;
  const bytes = datatype === 'UINT8';
  const { scale, mean, std, color } = valueSteps(input);
  const store = (value: number): number => {
    if (datatype === 'FP16') return toHalf(value);
    return bytes ? Math.min(255, Math.max(0, Math.round(value))) : value;
  };
  // A channel has 256 values: what becomes of each is worked out once.
  const tables = [0, 1, 2].map((channel) => {
    const [of, by] = [mean[channel % mean.length] ?? 0, std[channel % std.length] ?? 1];
    return Float64Array.from({ length: 256 }, (_, value) => store((value * scale - of) / by));
  });

  return async ({ data, height, width, channels }) => {
    const tensor = KINDS[datatype].create(data.length) as Exclude<
      TensorData,
      string[] | BigInt64Array | BigUint64Array
    >;
    const area = height * width;
    for (let channel = 0; channel < channels; channel++) {
      const table = tables[channel] ?? new Float64Array(256);
      const source = color === 'bgr' ? channels - 1 - channel : channel;
      const [offset, step] = first ? [channel * area, 1] : [channel, channels];
      for (let start = 0; start < area; start += PART) {
        if (start > 0 || (channel > 0 && area > PART)) await nextTurn();
        const end = Math.min(start + PART, area);
        for (let at = start; at < end; at++) tensor[offset + at * step] = table[data[at * channels + source] ?? 0] ?? 0;
      }
    }
    const dims = first ? [1, channels, height, width] : [1, height, width, channels];
    return { dims, data: tensor };
  };
}
