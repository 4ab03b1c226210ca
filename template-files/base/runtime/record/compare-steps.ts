import { channelAxis } from '../contract/image-profiles.ts';
import type { InputSpec, Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { type NamedTensor, STEPS, type Step, type StepName } from '../inference/preprocess/encoder.ts';
import { arrayOf, isMask, lastStep, numbersOf, unpadded } from './compare-sample.ts';
import { boundOf, type Difference, differenceOf } from './difference.ts';
import type { NumberArray } from './read.ts';

/** A step on both sides. */
export interface StepResult {
  readonly name: StepName | 'answer';
  readonly agrees: boolean;
  /** Equal to the last digit. */
  readonly exact: boolean;
  readonly text: string;
}

export interface ComparedSteps {
  readonly results: readonly StepResult[];
  /** Recorded steps that the service has not, and tensors that are none of its inputs. */
  readonly left: readonly string[];
  /** What training's last step gave, by input. */
  readonly tensors: ReadonlyMap<string, StepArray>;
}

/**
 * Compares the steps of a sample that both sides have, in the order in which they are taken.
 * @throws RECORD_INVALID for an array that cannot be read
 */
export function compareSteps(
  serving: Serving,
  record: Pick<TrainingRecord, 'bounds'>,
  { name: sample, steps }: RecordedSample,
  served: readonly Step[],
): ComparedSteps {
  const last = lastStep(serving);
  const results: StepResult[] = [];
  const left: string[] = [];
  let tensors: ReadonlyMap<string, StepArray> = new Map();
  const placeOf = (name: StepName) => STEPS.indexOf(name);
  for (const step of [...steps].sort((a, b) => placeOf(a.name) - placeOf(b.name))) {
    // What a model gets may be called tensor, whatever its type.
    const name = step.name === 'tensor' ? last : step.name;
    const own = served.find((one) => one.name === name)?.tensors;
    if (!own) {
      left.push(step.name);
      continue;
    }
    const arrays = new Map(step.tensors.map((tensor) => [tensor.name, tensor.read()]));
    if (name === last) tensors = arrays;
    const pairs = [...arrays].flatMap(([key, array]): Pair[] => {
      const tensor =
        own.find((one) => one.name === key) ?? (own.length === 1 && arrays.size === 1 ? own[0] : undefined);
      if (!tensor) left.push(`${step.name} ${key}`);
      return tensor ? [{ tensor, array }] : [];
    });
    if (pairs.length === 0) {
      const message = `${sample}, ${step.name}: expected the tensors ${own.map((one) => one.name).join(', ')}, found ${[...arrays.keys()].join(', ')}`;
      throw new ServiceError('RECORD_INVALID', message);
    }
    const differences = pairs.map((pair) => comparePair(serving, record, name, pair, { own, arrays }));
    const worst = differences.find(({ agrees }) => !agrees) ?? differences.reduce(larger);
    results.push({ name, agrees: worst.agrees, exact: worst.largest === 0, text: worst.text });
  }
  return { results, left, tensors };
}

interface Pair {
  readonly tensor: NamedTensor;
  readonly array: StepArray;
}

/** All tensors of a step on both sides. */
interface Sides {
  readonly own: readonly NamedTensor[];
  readonly arrays: ReadonlyMap<string, StepArray>;
}

function comparePair(
  serving: Serving,
  record: Pick<TrainingRecord, 'bounds'>,
  name: StepName,
  pair: Pair,
  sides: Sides,
): Difference {
  if (name === 'ids') return compareTokens(serving, pair, sides);
  const { tensor, array } = pair;
  const input = serving.inputs.find((one) => one.name === tensor.name) ?? serving.inputs[0];
  const bound = boundOf(name, input, record);
  const own = input && tensor.name === input.name ? numbersOf(tensor, input) : arrayOf(tensor);
  const difference = differenceOf(array, own, bound);
  const channels = channelsOf(name, input, own.dims);
  if (difference.agrees || Number.isNaN(difference.largest) || !channels) return named(tensor, difference);
  const swapped = differenceOf(array, own, bound, swap(channels));
  const hint = swapped.agrees ? '; it agrees with red and blue swapped (image.color)' : '';
  return named(tensor, { ...difference, text: difference.text + hint });
}

/** Positions that hold no token are compared on neither side: how far a text is padded changes no answer. */
function compareTokens({ inputs }: Serving, { tensor, array }: Pair, { own, arrays }: Sides): Difference {
  const mask = inputs.find(isMask)?.name ?? '';
  const recorded = unpadded(array, arrays.get(mask));
  const ownMask = own.find(({ name }) => name === mask);
  const served = unpadded(arrayOf(tensor), ownMask && arrayOf(ownMask));
  const difference = differenceOf(recorded, served, { value: 0 });
  const isPadded = !arrays.has(mask) && recorded.values.length > served.values.length;
  const hint = isPadded ? '; record attention_mask as well where the ids are padded' : '';
  return named(tensor, { ...difference, text: difference.text + hint });
}

function named({ name }: NamedTensor, difference: Difference): Difference {
  return name === '' || difference.agrees ? difference : { ...difference, text: `${name}: ${difference.text}` };
}

function larger(a: Difference, b: Difference): Difference {
  return b.largest > a.largest ? b : a;
}

interface Channels {
  /** Elements from one channel to the next. */
  readonly step: number;
}

/** Where the three channels are; undefined of what has not three of them. */
function channelsOf(name: StepName, input: InputSpec | undefined, dims: readonly number[]): Channels | undefined {
  const isPixels = name !== 'normalise' && name !== 'tensor' && name !== 'ids';
  const axis = isPixels
    ? dims.length - 1
    : input?.image || name === 'normalise'
      ? channelAxis(input?.shape ?? [])
      : undefined;
  if (axis === undefined || dims[axis] !== 3) return undefined;
  return { step: dims.slice(axis + 1).reduce((product, size) => product * size, 1) };
}

/** The place of the same pixel in the channel on the other side of the three. */
function swap({ step }: Channels): (at: number) => number {
  return (at) => at + (2 - 2 * (Math.floor(at / step) % 3)) * step;
}

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
