import type { OutputSpec, Serving } from '../../contract/serving.ts';
import { type BatchingState, batchingAfterTrial, batchingWithoutTrial } from '../batching.ts';
import { type Element, KINDS } from '../datatypes.ts';
import type { Question } from '../golden.ts';
import type { WorkerPool } from '../pool.ts';
import { type Block, rowSize, type Tensor } from '../tensor.ts';
import { type Shapes, tryRows } from './try-rows.ts';

/**
 * Rows of equal runs (the same shapes, the same place) are calculated by the same steps: where no row depends on another, they are
 * equal to the last bit. What is left is far below what any use of another row causes.
 */
export const SAME_RUN_TOLERANCE = 1e-5;
/** Runs of other sizes add up in another order: float noise, relative to the largest value of the output. */
export const OTHER_RUN_TOLERANCE = 1e-3;

/** A row of a run's answers. */
export interface Place {
  readonly tensors: readonly Tensor[];
  readonly row: number;
}

/** Where two answers to one row differ. */
export interface Difference {
  readonly output: string;
  readonly first: string;
  readonly second: string;
}

/** What is below it is noise: relative to the larger of the two rows, or to a scale of its own for each output. */
export interface Tolerance {
  readonly relative: number;
  readonly scales?: readonly number[];
}

/** The first place of the outputs at which two answers to one row differ beyond the tolerance. */
export function findDifference(
  outputs: readonly OutputSpec[],
  a: Place,
  b: Place,
  { relative, scales }: Tolerance,
): Difference | undefined {
  for (const [i, output] of outputs.entries()) {
    const [one, other] = [rowOf(a, i), rowOf(b, i)];
    const name = output.name;
    if (one.dims.join() !== other.dims.join()) {
      return { output: name, first: `[${one.dims.join(', ')}] values`, second: `[${other.dims.join(', ')}] values` };
    }
    const { toNumber, write } = KINDS[output.datatype];
    const scale = scales?.[i] ?? Math.max(largest(one.data, toNumber), largest(other.data, toNumber));
    for (let at = 0; at < one.data.length; at++) {
      const [x, y] = [one.data[at] as Element, other.data[at] as Element];
      if (x === y || (toNumber && areClose(toNumber(x as number), toNumber(y as number), relative * scale))) continue;
      return { output: name, first: write(x), second: write(y) };
    }
  }
  return undefined;
}

/** The largest finite magnitude of each output. */
export function scalesOf(outputs: readonly OutputSpec[], tensors: readonly Tensor[]): number[] {
  return outputs.map(({ datatype }, i) =>
    largest((tensors[i]?.data ?? []) as ArrayLike<unknown>, KINDS[datatype].toNumber),
  );
}

function areClose(x: number, y: number, noise: number): boolean {
  return Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y)) || Math.abs(x - y) <= noise;
}

function largest(data: ArrayLike<unknown>, toNumber: ((element: number) => number) | undefined): number {
  let most = 0;
  if (!toNumber) return most;
  for (let i = 0; i < data.length; i++) {
    const value = Math.abs(toNumber(data[i] as number));
    if (value > most && Number.isFinite(value)) most = value;
  }
  return most;
}

function rowOf({ tensors, row }: Place, output: number): { dims: readonly number[]; data: ArrayLike<unknown> } {
  const { dims, data } = tensors[output] as Tensor;
  const size = rowSize(dims);
  const part = Array.isArray(data)
    ? data.slice(row * size, (row + 1) * size)
    : data.subarray(row * size, (row + 1) * size);
  return { dims: dims.slice(1), data: part };
}

export interface DecideDeps {
  readonly pool: Pick<WorkerPool, 'run'>;
  readonly serving: Serving;
  /** The block that the model was tried with before. */
  readonly trial: Block;
  /** Whether that is a real request. */
  readonly sampled: boolean;
  readonly encodeSample: (instance: unknown) => Promise<readonly Block[]>;
}

/** Samples that a trial takes its rows and values from at most. */
const MAX_SAMPLES = 16;
/** Free axes are tried at this size first: at 1 a model may well have nothing to mix. */
const FREE_SIZE = 4;

/**
 * Whether requests share runs, by serving.yaml or else by a trial.
 * @throws MODEL_MISMATCH where serving.yaml asks for what the trial forbids
 */
export async function decideBatching(deps: DecideDeps, questions: readonly Question[]): Promise<BatchingState> {
  const { pool, serving, trial, sampled, encodeSample } = deps;
  const known = batchingWithoutTrial(serving);
  if (known) return known;
  const samples: Block[] = [];
  for (const { instance } of questions.slice(0, MAX_SAMPLES)) {
    try {
      samples.push(...(await encodeSample(instance)));
    } catch {
      // A sample that is no instance any more is reported where the samples are compared.
    }
  }
  const shapes = trial.tensors.map(({ dims }) => dims);
  const candidates = sampled ? [shapes] : [withFreeAxes(serving, shapes), shapes];
  return batchingAfterTrial(serving, await tryRows({ pool, serving, shapes: candidates, samples }));
}

function withFreeAxes({ inputs }: Serving, shapes: Shapes): Shapes {
  return shapes.map((dims, i) =>
    dims.map((size, axis) => (axis > 0 && inputs[i]?.shape[axis] === -1 ? FREE_SIZE : size)),
  );
}
