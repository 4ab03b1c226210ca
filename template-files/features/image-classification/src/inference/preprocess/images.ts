import { setImmediate as nextTurn } from 'node:timers/promises';
import { channelAxis } from '../../contract/media-rules.ts';
import type { InputSpec, Serving } from '../../contract/serving.ts';
import { KINDS, type TensorData } from '../datatypes.ts';
import { toHalf } from '../float16.ts';
import type { Block, Tensor } from '../tensor.ts';
import type { Encoder, OnInvalid } from './encoder.ts';
import { pictureBytes } from './picture-bytes.ts';
import { createPictureReader, type Pixels } from './pixels.ts';

/** Pictures decoded at a time: each takes a thread of libuv's pool. */
const AT_A_TIME = 4;
/** Pixels that are laid out in one turn of the event loop: about a millisecond. */
const PART = 2 ** 18;

/** Instances are pictures: base64 of a JPEG, PNG or WebP file, `{"image": …}` of it, or the uploaded bytes. */
export function createEncoder({ inputs }: Serving, onInvalid: OnInvalid): Encoder {
  const [input] = inputs;
  if (!input) throw new RangeError('checked by the contract: an image model has an input');
  const read = createPictureReader(input);
  const write = createTensorWriter(input);

  async function encodeOne(instance: unknown, index: number): Promise<Block> {
    const where = `instances[${index}]`;
    try {
      const pixels = await read(pictureBytes(instance, where), where);
      return { rows: 1, key: `${pixels.height}x${pixels.width}`, tensors: [await write(pixels)] };
    } catch (error) {
      onInvalid(input?.name ?? '', instance === undefined ? 'missing' : 'type');
      throw error;
    }
  }

  return async (instances) => {
    const blocks: Block[] = [];
    for (let start = 0; start < instances.length; start += AT_A_TIME) {
      const part = instances.slice(start, start + AT_A_TIME);
      blocks.push(...(await Promise.all(part.map((instance, i) => encodeOne(instance, start + i)))));
    }
    return blocks;
  };
}

/** Lays pixels out as the model takes them, and brings their values to its range. */
function createTensorWriter({ datatype, shape, image = {} }: InputSpec): (pixels: Pixels) => Promise<Tensor> {
  const first = channelAxis(shape) === 1;
  const bytes = datatype === 'UINT8';
  const { scale = bytes ? 1 : 1 / 255, mean = [0], std = [1], color = 'rgb' } = image;
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
