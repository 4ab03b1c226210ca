import { hasBatchAxis, type OutputSpec, type Serving, thresholdOf } from '../../contract/serving.ts';
import { KINDS } from '../../inference/datatypes.ts';
import type { Answer } from '../../inference/job.ts';
import { likeliestOf, sigmoid } from '../../inference/postprocess/scores.ts';
import { rowSize, type Tensor } from '../../inference/tensor.ts';

/** Whether two versions gave the same answers to the same rows. */
export type Agree = (fetch: readonly number[], main: readonly Answer[], candidate: readonly Answer[]) => boolean;

/** Outputs of classes agree on the likeliest one, or on each label that applies, numbers within the tolerance (relative beyond 1), all else exactly. */
export function createAgree(serving: Serving, tolerance: number): Agree {
  const batched = hasBatchAxis(serving);

  function sameRow(output: OutputSpec, a: Tensor, rowA: number, b: Tensor, rowB: number): boolean {
    const size = batched ? rowSize(a.dims) : a.data.length;
    if (size !== (batched ? rowSize(b.dims) : b.data.length)) return false;
    const startA = batched ? rowA * size : 0;
    const startB = batched ? rowB * size : 0;
    const width = output.labels?.length;
    if (width !== undefined && output.multiLabel) {
      const applies = createDecision(output);
      for (let at = 0; at < size; at++) {
        if (applies(a.data[startA + at]) !== applies(b.data[startB + at])) return false;
      }
      return true;
    }
    if (width !== undefined) {
      const { toNumber = Number } = KINDS[output.datatype];
      for (let at = 0; at < size; at += width) {
        const likeliest = likeliestOf(a.data, startA + at, width, toNumber);
        if (likeliest !== likeliestOf(b.data, startB + at, width, toNumber)) return false;
      }
      return true;
    }
    for (let at = 0; at < size; at++) {
      if (!sameElement(output, a.data[startA + at], b.data[startB + at], tolerance)) return false;
    }
    return true;
  }

  return (fetch, main, candidate) => {
    // Two versions may have run the same rows in other parts.
    const [rows, others] = [placesOf(main), placesOf(candidate)];
    if (rows.length !== others.length) return false;
    return rows.every((row, i) => {
      const other = others[i] as RowPlace;
      return fetch.every((index, place) => {
        const output = serving.outputs[index] as OutputSpec;
        const a = row.outputs[place] as Tensor;
        const b = other.outputs[place] as Tensor;
        return sameRow(output, a, row.row, b, other.row);
      });
    });
  };
}

/** The largest difference between numbers of both answers; undefined where there are none to compare. */
export type Difference = (
  fetch: readonly number[],
  main: readonly Answer[],
  candidate: readonly Answer[],
) => number | undefined;

/** Of outputs that are numbers, element by element. NaN and shapes that differ are nothing to compare. */
export function createDifference(serving: Serving): Difference {
  const batched = hasBatchAxis(serving);

  function ofRow({ datatype }: OutputSpec, a: Tensor, rowA: number, b: Tensor, rowB: number): number | undefined {
    const { toNumber } = KINDS[datatype];
    const size = batched ? rowSize(a.dims) : a.data.length;
    if (!toNumber || size !== (batched ? rowSize(b.dims) : b.data.length)) return undefined;
    let largest: number | undefined;
    for (let at = 0; at < size; at++) {
      const x = toNumber(a.data[(batched ? rowA * size : 0) + at] as number);
      const y = toNumber(b.data[(batched ? rowB * size : 0) + at] as number);
      const difference = x === y ? 0 : Math.abs(x - y);
      if (Number.isFinite(difference)) largest = Math.max(largest ?? 0, difference);
    }
    return largest;
  }

  return (fetch, main, candidate) => {
    const [rows, others] = [placesOf(main), placesOf(candidate)];
    if (rows.length !== others.length) return undefined;
    const all = rows.flatMap((row, i) => {
      const other = others[i] as RowPlace;
      return fetch.flatMap((index, place) => {
        const output = serving.outputs[index] as OutputSpec;
        const [a, b] = [row.outputs[place] as Tensor, other.outputs[place] as Tensor];
        return ofRow(output, a, row.row, b, other.row) ?? [];
      });
    });
    return all.length === 0 ? undefined : all.reduce((largest, one) => Math.max(largest, one));
  };
}

interface RowPlace {
  readonly outputs: readonly Tensor[];
  readonly row: number;
}

/** Each row of a request, where its answer is. */
function placesOf(answers: readonly Answer[]): RowPlace[] {
  return answers.flatMap(({ outputs, firstRow, rows }) =>
    Array.from({ length: rows }, (_, i) => ({ outputs, row: firstRow + i })),
  );
}

/** Whether a label of a multi-label output applies, by the model's own value for it. */
function createDecision(output: OutputSpec): (value: unknown) => boolean {
  const { toNumber = Number } = KINDS[output.datatype];
  const threshold = thresholdOf(output);
  const step = output.activation === 'sigmoid' ? sigmoid : (value: number) => value;
  return (value) => step(toNumber(value as number)) >= threshold;
}

function sameElement({ datatype }: OutputSpec, a: unknown, b: unknown, tolerance: number): boolean {
  if (a === b) return true;
  const { toNumber } = KINDS[datatype];
  if (!toNumber) return false;
  const x = toNumber(a as number);
  const y = toNumber(b as number);
  if (Number.isNaN(x) && Number.isNaN(y)) return true;
  return Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x));
}
