import type { InputSpec, Serving } from '../contract/serving.ts';
import type { StepName } from '../inference/preprocess/encoder.ts';
import type { StepArray, TrainingRecord } from './compare-steps.ts';

/** How two arrays of a step differ. */
export interface Difference {
  /** Every value is within the bound, and the sizes are the same save axes of one. */
  readonly agrees: boolean;
  /** Largest and mean absolute difference; Infinity where texts differ. */
  readonly largest: number;
  readonly mean: number;
  /** What differs and where, in words; of what agrees, how close it is. */
  readonly text: string;
}

/** Up to which difference two numbers agree; `relative` counts it relative to the recorded number where that is beyond 1. */
export interface Bound {
  readonly value: number;
  readonly relative?: boolean;
}

/**
 * Compares an array of training with the service's, value by value in one pass. NaN agrees with NaN.
 * @param place of the value of the service that belongs to a place of the record; the same place by default
 */
export function differenceOf(
  recorded: StepArray,
  served: StepArray,
  { value: bound, relative = false }: Bound,
  place: (at: number) => number = (at) => at,
): Difference {
  const sizes = squeezed(recorded.dims);
  if (sizes.join() !== squeezed(served.dims).join()) {
    const text = `training has [${recorded.dims.join(', ')}], the service [${served.dims.join(', ')}]`;
    return { agrees: false, largest: Number.NaN, mean: Number.NaN, text };
  }
  const count = recorded.values.length;
  let [beyond, largest, sum, worst, first] = [0, 0, 0, -1, -1];
  for (let at = 0; at < count; at++) {
    const gap = gapOf(recorded.values[at], served.values[place(at)]);
    sum += gap;
    if (!(gap <= largest)) [largest, worst] = [gap, at];
    if (gap <= (relative ? bound * Math.max(1, Math.abs(Number(recorded.values[at]))) : bound)) continue;
    if (first < 0) first = at;
    beyond += 1;
  }
  const mean = count === 0 ? 0 : sum / count;
  if (beyond === 0) {
    return { agrees: true, largest, mean, text: largest === 0 ? 'equal' : `largest difference ${short(largest)}` };
  }
  // How far apart two ids are says nothing, and of texts there is no distance: then it is the first place that counts.
  const isDistance = bound > 0 && Number.isFinite(largest);
  const at = isDistance ? worst : first;
  const values = `training ${shown(recorded.values[at])}, the service ${shown(served.values[place(at)])}`;
  const where = `at ${placeText(at, recorded.dims)}: ${values}; ${beyond} of ${count} differ`;
  if (!isDistance) return { agrees: false, largest, mean, text: `first ${where}` };
  const text = `largest difference ${short(largest)} (mean ${short(mean)}) ${where}`;
  return { agrees: false, largest, mean, text };
}

/** Infinity where the two are not numbers, or not to be compared. */
function gapOf(recorded: unknown, served: unknown): number {
  if (recorded === served) return 0;
  if (typeof recorded === 'string' || typeof served === 'string') return Number.POSITIVE_INFINITY;
  if (typeof recorded === 'bigint' && typeof served === 'bigint') {
    const gap = recorded - served;
    return Number(gap < 0n ? -gap : gap);
  }
  const [a, b] = [Number(recorded), Number(served)];
  if (Number.isNaN(a) && Number.isNaN(b)) return 0;
  const gap = Math.abs(a - b);
  return Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
}

function squeezed(dims: readonly number[]): number[] {
  return dims.filter((size) => size !== 1);
}

/** The place of an element by its axes. */
function placeText(at: number, dims: readonly number[]): string {
  let rest = at;
  const axes = [...dims].reverse().map((size) => {
    const index = rest % size;
    rest = Math.floor(rest / size);
    return index;
  });
  return `[${axes.reverse().join(', ')}]`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function shown(value: unknown): string {
  if (typeof value === 'number') return short(value);
  return typeof value === 'string'
    ? JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    : String(value);
}

/** Decoders and resamplers round differently by one of 255: so much of a picture agrees. */
const PIXEL = 1;
const SINGLE = 1e-5;
const HALF = 1e-3;

/** Largest differences of what agrees: the record's own where it states them. */
export function boundOf(
  name: StepName,
  input: InputSpec | undefined,
  { bounds }: Pick<TrainingRecord, 'bounds'>,
): Bound {
  const stated = bounds[name];
  const relative = name === 'tensor';
  if (stated !== undefined) return { value: stated, relative };
  if (name === 'ids') return { value: 0 };
  if (name === 'tensor') return { value: input?.datatype === 'FP16' ? HALF : SINGLE, relative };
  return { value: name === 'normalise' && input ? levelOf(input) : PIXEL };
}

/** Of the numbers of an answer. Pixels that agree to one of 255 do not give answers that agree to the last digit. */
export function answerTolerance({ model }: Pick<Serving, 'model'>, { tolerance }: TrainingRecord): number {
  return tolerance ?? (model.type === 'image-classification' ? 1e-3 : 1e-5);
}

/** One of 255 in the units of the tensor, of the channel in which it is largest. */
function levelOf({ datatype, image = {} }: InputSpec): number {
  const { scale = datatype === 'UINT8' ? 1 : 1 / 255, std = [1] } = image;
  return Math.max(...std.map((by) => Math.abs((PIXEL * scale) / by))) + (datatype === 'FP16' ? HALF : SINGLE);
}
