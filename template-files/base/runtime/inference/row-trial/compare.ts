import type { OutputSpec } from '../../contract/serving.ts';
import { type Element, KINDS } from '../datatypes.ts';
import { rowSize, type Tensor } from '../tensor.ts';

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
