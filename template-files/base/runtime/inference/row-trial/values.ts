import { rangeOf } from '../../contract/column-rules.ts';
import { channelAxis, valueSteps } from '../../contract/image-profiles.ts';
import type { Datatype, Feature, InputSpec, Serving } from '../../contract/serving.ts';
import { type Element, KINDS, put, type TensorData } from '../datatypes.ts';
import { toHalf } from '../float16.ts';
import { type Block, rowSize, sliceBlock } from '../tensor.ts';

/**
 * `likely`: what clients send, as far as the contract and the samples show it. `wild`: the same with other magnitudes. `sampled`:
 * nothing but elements of the samples, for models that refuse all else.
 */
export type Spread = 'likely' | 'wild' | 'sampled';

/** What the elements of a row are made of. */
export interface ValueSource {
  readonly input: InputSpec;
  /** Rows of this input that clients could send, each in full. */
  readonly samples: readonly TensorData[];
}

/** Factors of a row's magnitude. */
const MAGNITUDES = [100, 0.01, -10];
const WORDS = ['', 'a', 'good', 'bad news', 'The quick brown fox jumps over the lazy dog.', 'été', '42'];
/** Integers without a range and without samples: indexes into the smallest of tables. */
const SMALL_INTEGERS = 2;
/** Share of integers that are those of the samples. */
const SAMPLED_SHARE = 0.8;

/** The elements of one row. */
export function rowValues({ input, samples }: ValueSource, count: number, spread: Spread, random: Random): TensorData {
  const { datatype, features, image } = input;
  const data = KINDS[datatype].create(count);
  const factor = spread === 'wild' ? (pick(MAGNITUDES, random) ?? 1) : 1;
  for (let at = 0; at < count; at++) {
    const column = features?.[at % features.length];
    const feature = column && { ...column, ...rangeOf(column) };
    const sample = sampleAt(samples, at, features !== undefined, random);
    put(data, at, element());

    function element(): Element {
      if (sample !== undefined && spread === 'sampled') return sample;
      if (datatype === 'BYTES') return pick(feature?.categories ?? textsOf(sample), random) ?? '';
      if (datatype === 'BOOL') return random() < 0.5 ? 0 : 1;
      if (!datatype.startsWith('FP')) return integer(datatype, feature, sample, image !== undefined, random);
      const { toNumber = Number } = KINDS[datatype];
      const value = image
        ? pixel(input, at, count, random)
        : float(feature, sample === undefined ? undefined : toNumber(sample as number), random);
      return datatype === 'FP16' ? toHalf(Math.max(-60_000, Math.min(60_000, value * factor))) : value * factor;
    }
  }
  return data;
}

/** An element of a sample: of the same column where columns have meanings, else of any place. */
function sampleAt(samples: readonly TensorData[], at: number, columns: boolean, random: Random): Element | undefined {
  const sample = pick(samples, random);
  if (!sample) return undefined;
  return sample[columns ? at : Math.floor(random() * sample.length)] as Element | undefined;
}

function textsOf(sample: Element | undefined): readonly string[] {
  return typeof sample === 'string' ? [sample, ...WORDS] : WORDS;
}

function float({ min, max }: Partial<Feature> = {}, sample: number | undefined, random: Random): number {
  if (min !== undefined && max !== undefined) return min + (max - min) * random();
  const value =
    sample !== undefined && Number.isFinite(sample)
      ? sample * (1 + 0.3 * normal(random)) + 0.1 * normal(random)
      : normal(random);
  return Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? Number.NEGATIVE_INFINITY, value));
}

function integer(
  datatype: Datatype,
  { min, max }: Partial<Feature> = {},
  sample: Element | undefined,
  isPixel: boolean,
  random: Random,
): Element {
  const wide = datatype === 'INT64' || datatype === 'UINT64';
  if (isPixel) return Math.floor(256 * random());
  // Small integers as well: samples may hold a single value, and rows have to differ.
  if (min === undefined && max === undefined && sample !== undefined && random() < SAMPLED_SHARE) return sample;
  const low = Math.ceil(min ?? Math.min(0, max ?? 0));
  const high = Math.floor(max ?? low + SMALL_INTEGERS - 1);
  const value = low + Math.floor((high - low + 1) * random());
  return wide ? BigInt(value) : value;
}

/** A pixel as the picture encoder brings it to the model's range. */
function pixel(input: InputSpec, at: number, count: number, random: Random): number {
  const { shape } = input;
  const { scale, mean, std } = valueSteps(input);
  const channels = shape[channelAxis(shape) ?? 1] ?? 1;
  const channel = channelAxis(shape) === 3 ? at % channels : Math.floor((at * channels) / count);
  const value = Math.floor(256 * random());
  return (value * scale - (mean[channel % mean.length] ?? 0)) / (std[channel % std.length] ?? 1);
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32), so that every start tries the same rows. */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}

/** Of a normal distribution with mean 0 and deviation 1 (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Makes rows for a trial: blocks of one row each, all of the same shape. */
export interface RowMaker {
  /** Rows that clients could send: those of the samples first, then made ones. */
  readonly likely: (count: number, random: Random) => readonly Block[];
  readonly made: (count: number, spread: Spread, random: Random) => readonly Block[];
}

/**
 * @param shapes of the inputs; their first axes do not matter
 * @param samples blocks of real requests; those of other shapes are left out
 */
export function createRowMaker(
  { inputs }: Serving,
  shapes: readonly (readonly number[])[],
  samples: readonly Block[],
): RowMaker {
  const rows = samples.flatMap(rowsOf).filter((row) => sameShape(row, shapes));
  const sources = inputs.map((input, i) => ({ input, samples: rows.map(({ tensors }) => tensors[i]?.data ?? []) }));

  function make(spread: Spread, random: Random): Block {
    const tensors = sources.map((source, i) => {
      const dims = shapes[i] ?? [];
      return { dims: [1, ...dims.slice(1)], data: rowValues(source, rowSize(dims), spread, random) };
    });
    return { rows: 1, key: '', tensors };
  }

  const made = (count: number, spread: Spread, random: Random) =>
    Array.from({ length: count }, () => make(spread, random));
  return {
    made,
    likely(count, random) {
      // Other samples every time, so that each comes into a trial.
      const first = Math.floor(random() * Math.max(1, rows.length));
      const own = Array.from(
        { length: Math.min(count, rows.length) },
        (_, i) => rows[(first + i) % rows.length] as Block,
      );
      return [...own, ...made(count - own.length, 'likely', random)];
    },
  };
}

function rowsOf(block: Block): Block[] {
  return Array.from({ length: block.rows }, (_, row) => sliceBlock(block, row, row + 1));
}

function sameShape(row: Block, shapes: readonly (readonly number[])[]): boolean {
  return row.tensors.every(({ dims }, i) => dims.slice(1).join() === shapes[i]?.slice(1).join());
}
