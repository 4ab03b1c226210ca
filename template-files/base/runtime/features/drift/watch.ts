import type { Answer } from '../../inference/job.ts';
import type { Block } from '../../inference/tensor.ts';
import { valueAt, type Watched } from '../../inference/watched.ts';
import { binsOf, type Reference, sharesOf } from './reference.ts';

/** Live counts of a column, by bin. */
export interface BinCounts {
  readonly name: string;
  readonly labels: readonly string[];
  readonly counts: Float64Array;
  /** The reference's shares; undefined where there is none. */
  readonly shares: readonly number[] | undefined;
}

/** Counts what goes into the model and what comes out of it. */
export interface Watch {
  readonly features: readonly BinCounts[];
  readonly outputs: readonly BinCounts[];
  readonly sawInputs: (blocks: readonly Block[]) => void;
  readonly sawAnswers: (fetch: readonly number[], answers: readonly Answer[]) => void;
}

/** Without a reference only the classes of predictions are counted: they need none. */
export function createWatch(features: readonly Watched[], outputs: readonly Watched[], reference?: Reference): Watch {
  const inputColumns = reference ? features.map((watched) => counted(watched, reference.features)) : [];
  const outputColumns = outputs
    .filter(({ kind }) => reference || kind === 'label')
    .map((watched) => counted(watched, reference?.outputs ?? []));
  return {
    features: inputColumns,
    outputs: outputColumns,
    sawInputs(blocks) {
      for (let b = 0; b < blocks.length; b++) {
        const { tensors } = blocks[b] as Block;
        for (let c = 0; c < inputColumns.length; c++) {
          const { watched, counts, indexOf } = inputColumns[c] as Counted;
          const tensor = tensors[watched.tensor];
          if (!tensor) continue;
          const rows = tensor.data.length / watched.width;
          for (let row = 0; row < rows; row++) add(counts, indexOf(valueAt(watched, tensor, row)));
        }
      }
    },
    sawAnswers(fetch, answers) {
      for (let a = 0; a < answers.length; a++) {
        const { outputs: tensors, firstRow, rows } = answers[a] as Answer;
        for (let c = 0; c < outputColumns.length; c++) {
          const { watched, counts, indexOf } = outputColumns[c] as Counted;
          const tensor = tensors[fetch.indexOf(watched.tensor)];
          if (!tensor) continue;
          for (let row = firstRow; row < firstRow + rows; row++) add(counts, indexOf(valueAt(watched, tensor, row)));
        }
      }
    },
  };
}

interface Counted extends BinCounts {
  readonly watched: Watched;
  readonly indexOf: (value: number | string) => number;
}

function counted(watched: Watched, columns: Reference['features']): Counted {
  const column = columns.find(({ name }) => name === watched.name);
  const { labels, indexOf } = binsOf(watched, column);
  const { name } = watched;
  return {
    name,
    watched,
    labels,
    indexOf,
    counts: new Float64Array(labels.length),
    shares: column && sharesOf(column),
  };
}

function add(counts: Float64Array, bin: number): void {
  counts[bin] = (counts[bin] ?? 0) + 1;
}
