import type { Serving } from '../../contract/serving.ts';
import { type Block, rowSize, sliceBlock } from '../tensor.ts';
import type { Random } from './random.ts';
import { rowValues, type Spread } from './values.ts';

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
