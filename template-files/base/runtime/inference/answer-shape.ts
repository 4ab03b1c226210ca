import { elementCount, hasBatchAxis, labelOutput, type OutputSpec, type Serving } from '../contract/serving.ts';
import type { Tensor } from './tensor.ts';

/** An answer of another shape than serving.yaml promises. */
export interface Misfit {
  /** Its place among the outputs of serving.yaml. */
  readonly output: number;
  /** The promised shape, with the rows of the run in their place. */
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

/**
 * The first answer of a run that is not of its promised shape. Whoever reads answers goes by that shape: in a narrower one a
 * row would run into the row of another client.
 */
export type FindMisfit = (fetch: readonly number[], tensors: readonly Tensor[], rows: number) => Misfit | undefined;

export function createFindMisfit(serving: Serving): FindMisfit {
  const { model, outputs } = serving;
  const batched = hasBatchAxis(serving);
  const from = batched ? 1 : 0;
  // A classifier's prediction is one row, with a batch axis or without.
  const ofOneRow = new Set<OutputSpec | undefined>(
    batched || !model.type.endsWith('-classification')
      ? []
      : [...outputs.filter(({ labels }) => labels), labelOutput(outputs)],
  );
  return (fetch, tensors, rows) => {
    for (let i = 0; i < fetch.length; i++) {
      const output = fetch[i] as number;
      const spec = outputs[output];
      const shape = spec?.shape ?? [];
      const found = tensors[i]?.dims ?? [];
      const cut = ofOneRow.has(spec) && elementCount(found) !== elementCount(shape.slice(1));
      if ((batched && found[0] !== rows) || cut || !agree(shape, found, from)) {
        return { output, expected: batched || cut ? [rows, ...shape.slice(1)] : shape, found };
      }
    }
    return undefined;
  };
}

/** Exporters differ about [rows] and [rows, 1]: where the number of axes differs, the number of elements counts. */
function agree(promised: readonly number[], found: readonly number[], from: number): boolean {
  if (promised.length !== found.length) {
    return promised.indexOf(-1, from) >= 0 || elementCount(promised.slice(from)) === elementCount(found.slice(from));
  }
  for (let axis = from; axis < promised.length; axis++) {
    if (promised[axis] !== -1 && promised[axis] !== found[axis]) return false;
  }
  return true;
}
