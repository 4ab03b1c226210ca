import { hasBatchAxis, type Serving } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { WorkerPool } from '../pool.ts';
import { type Block, stack } from '../tensor.ts';
import { allOutputs } from './run.ts';

/** Two numbers of rows: another axis of an answer may have one of them by chance. */
const TRIED_ROWS = [2, 3];

/** Places of the outputs whose first axis is not that of the rows, as far as runs of several rows show it. */
export async function outputsWithoutRows(
  pool: Pick<WorkerPool, 'run'>,
  serving: Serving,
  { rows, tensors }: Block,
): Promise<readonly number[]> {
  if (!hasBatchAxis(serving)) return [];
  const found = new Set<number>();
  for (const copies of TRIED_ROWS) {
    const stacked = tensors.map((tensor, i) =>
      stack(new Array(copies).fill(tensor), KINDS[serving.inputs[i]?.datatype ?? 'FP32'].create),
    );
    const outcome = await pool.run({ kind: 'run', tensors: stacked, fetch: allOutputs(serving) });
    if (outcome.kind !== 'done') return [];
    outcome.tensors.forEach(({ dims }, output) => {
      if (dims[0] !== copies * rows) found.add(output);
    });
  }
  return [...found].sort((a, b) => a - b);
}
