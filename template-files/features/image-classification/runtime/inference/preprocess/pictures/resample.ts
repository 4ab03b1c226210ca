import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Axis,
  antialiasedTaps,
  areaBlendTaps,
  coverageTaps,
  type Interpolation,
  nearestTaps,
  plainTaps,
  type Taps,
} from './coefficients.ts';

/** Rows of pixels, channels together. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Whose results are computed: Pillow's, or OpenCV's. */
export type Resampler = 'pillow' | 'opencv';

export interface Resize {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly interpolation: Interpolation;
  readonly antialias: boolean;
  readonly resampler: Resampler;
}

/** Products of weights and pixels that are added up in one turn of the event loop: a few milliseconds. */
const PART = 2 ** 20;

/**
 * Resizes a picture, first its rows and then its columns, as Pillow does. Without antialiasing, values between the two steps
 * keep their fractions, as in OpenCV; Pillow rounds them. Only the part of the result that the axes name is computed.
 * The work is linear in the pixels of the source and of the result.
 * @param onTurn called between portions of the work; what it throws ends the work
 */
export async function resample(pixels: Pixels, resize: Resize, onTurn: () => void = () => {}): Promise<Pixels> {
  const { rows, columns, resampler } = resize;
  const { channels, height, width } = pixels;
  const isRounded = resampler === 'pillow' && resize.antialias;
  const across = isWhole(columns) ? undefined : tapsOf(columns, resize);
  const down = isWhole(rows) ? undefined : tapsOf(rows, resize);
  const result = { height: rows.to - rows.from, width: columns.to - columns.from, channels };

  if (across && down && isRounded && isTall(resize)) {
    const data = await resampleColumns({ data: pixels.data, first: 0, width, channels }, down, onTurn);
    const lines = { data, first: 0, count: result.height, width, channels };
    return { ...result, data: (await resampleRows(lines, across, true, onTurn)) as Uint8Array };
  }
  const [top, bottom] = down ? reach(down) : [0, height];
  const lines = { data: pixels.data, first: top, count: bottom - top, width, channels };
  const between = across ? await resampleRows(lines, across, isRounded || !down, onTurn) : sourceRows(lines);
  if (!down) return { ...result, data: between as Uint8Array };
  const data = await resampleColumns({ data: between, first: top, width: result.width, channels }, down, onTurn);
  return { ...result, data };
}

/** Pillow reduces the columns of such pictures first (PIL/Image.py, resize; versions 11 and 12). */
function isTall({ rows, columns }: Resize): boolean {
  return rows.source > columns.source * 100 && rows.result < rows.source;
}

/** Bytes that a resize needs besides the source: its weights, rows of the new width, and the result. */
export function resizeBytes({ rows, columns, antialias, resampler }: Resize, channels: number): number {
  const width = columns.to - columns.from;
  const element = antialias && resampler === 'pillow' ? 1 : Float32Array.BYTES_PER_ELEMENT;
  const between = isWhole(columns) ? 0 : rows.source * width * channels * element;
  return between + (rows.to - rows.from) * width * channels + weightBytes(rows) + weightBytes(columns);
}

/** The widest kernel has four pixels on each side, stretched by the factor of a reduction; a weight has eight bytes. */
function weightBytes({ source, result, from, to, box: [start, end] = [0, source] }: Axis): number {
  const support = 4 * Math.max(1, (end - start) / result);
  return (to - from) * (2 * Math.ceil(support) + 2) * Float64Array.BYTES_PER_ELEMENT;
}

function isWhole({ source, result, from, to, box: [start, end] = [0, source] }: Axis): boolean {
  return result === source && from === 0 && to === result && start === 0 && end === source;
}

function tapsOf(axis: Axis, { rows, columns, interpolation, antialias, resampler }: Resize): Taps {
  if (interpolation === 'nearest') return nearestTaps(axis, resampler === 'pillow' ? 'center' : 'corner');
  if (antialias && resampler === 'pillow') return antialiasedTaps(axis, interpolation);
  if (interpolation !== 'area')
    return antialias ? antialiasedTaps(axis, interpolation) : plainTaps(axis, interpolation);
  return isReduction(rows) && isReduction(columns) ? coverageTaps(axis) : areaBlendTaps(axis);
}

function isReduction({ source, result, box: [start, end] = [0, source] }: Axis): boolean {
  return end - start >= result;
}

/** The pixels of the source that the taps use, from the first to behind the last. */
function reach({ first, count }: Taps): readonly [number, number] {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
  for (const [at, pixel] of first.entries()) {
    lowest = Math.min(lowest, pixel);
    highest = Math.max(highest, pixel + (count[at] ?? 0));
  }
  return [lowest, highest];
}

interface Rows {
  readonly data: Uint8Array | Float32Array;
  /** The number in the source of the first row that is used. */
  readonly first: number;
  readonly width: number;
  readonly channels: number;
}

function sourceRows({ data, first, count, width, channels }: Rows & { readonly count: number }): Rows['data'] {
  const length = width * channels;
  return data.subarray(first * length, (first + count) * length);
}

async function resampleRows(
  rows: Rows & { readonly count: number },
  taps: Taps,
  isRounded: boolean,
  onTurn: () => void,
): Promise<Uint8Array | Float32Array> {
  const { count, channels } = rows;
  const length = taps.first.length * channels;
  const result = isRounded ? new Uint8ClampedArray(count * length) : new Float32Array(count * length);
  const turn = Math.max(1, Math.floor(PART / (length * taps.width)));
  for (let row = 0; row < count; row += turn) {
    if (row > 0) await giveWay(onTurn);
    const part = { ...rows, first: rows.first + row, count: Math.min(turn, count - row) };
    const into = result.subarray(row * length, (row + part.count) * length);
    if (channels === 3) addThreeChannels(part, taps, isRounded, into);
    else addOneChannel(part, taps, isRounded, into);
  }
  return isRounded ? new Uint8Array(result.buffer) : (result as Float32Array);
}

type Target = Uint8ClampedArray | Float32Array;

function addOneChannel(
  { data, first, count, width }: Rows & { readonly count: number },
  taps: Taps,
  isRounded: boolean,
  into: Target,
): void {
  const pixels = taps.first.length;
  for (let row = 0; row < count; row++) {
    for (let at = 0; at < pixels; at++) {
      const from = (first + row) * width + (taps.first[at] as number);
      const end = taps.count[at] as number;
      const weights = at * taps.width;
      let sum = 0;
      for (let tap = 0; tap < end; tap++) sum += (taps.weights[weights + tap] as number) * (data[from + tap] as number);
      into[row * pixels + at] = isRounded ? Math.floor(sum + 0.5) : sum;
    }
  }
}

/** The three sums of a pixel together: the weights are read once. */
function addThreeChannels(
  { data, first, count, width }: Rows & { readonly count: number },
  taps: Taps,
  isRounded: boolean,
  into: Target,
): void {
  const pixels = taps.first.length;
  for (let row = 0, to = 0; row < count; row++) {
    for (let at = 0; at < pixels; at++, to += 3) {
      let from = ((first + row) * width + (taps.first[at] as number)) * 3;
      const end = at * taps.width + (taps.count[at] as number);
      let [red, green, blue] = [0, 0, 0];
      for (let tap = at * taps.width; tap < end; tap++, from += 3) {
        const weight = taps.weights[tap] as number;
        red += weight * (data[from] as number);
        green += weight * (data[from + 1] as number);
        blue += weight * (data[from + 2] as number);
      }
      into[to] = isRounded ? Math.floor(red + 0.5) : red;
      into[to + 1] = isRounded ? Math.floor(green + 0.5) : green;
      into[to + 2] = isRounded ? Math.floor(blue + 0.5) : blue;
    }
  }
}

async function resampleColumns(
  { data, first, width, channels }: Rows,
  taps: Taps,
  onTurn: () => void,
): Promise<Uint8Array> {
  const rows = taps.first.length;
  const length = width * channels;
  // A clamped array rounds halves to even; the sum has been rounded before.
  const result = new Uint8ClampedArray(rows * length);
  const sums = new Float64Array(length);
  const turn = Math.max(1, Math.floor(PART / length));
  let isDue = 0;
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let tap = 0; tap < (taps.count[row] as number); tap++) {
      if (++isDue % turn === 0) await giveWay(onTurn);
      const weight = taps.weights[row * taps.width + tap] as number;
      const source = ((taps.first[row] as number) - first + tap) * length;
      for (let at = 0; at < length; at++) sums[at] = (sums[at] as number) + weight * (data[source + at] as number);
    }
    for (let at = 0; at < length; at++) result[row * length + at] = Math.floor((sums[at] as number) + 0.5);
  }
  return new Uint8Array(result.buffer);
}

async function giveWay(onTurn: () => void): Promise<void> {
  await nextTurn();
  onTurn();
}
