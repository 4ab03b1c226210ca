import type { TensorData } from './datatypes.ts';
import type { Job } from './job.ts';
import { stack, type Tensor } from './tensor.ts';

export function rowsOf(jobs: readonly Job[]): number {
  let rows = 0;
  for (const job of jobs) rows += job.block.rows;
  return rows;
}

/** The tensors of a run: the jobs' rows, one below the other, input by input. */
export function stackBatch(
  batch: readonly Job[],
  create: readonly ((length: number) => TensorData)[],
): readonly Tensor[] {
  const [first, ...others] = batch;
  if (!first || others.length === 0) return first?.block.tensors ?? [];
  return create.map((make, i) =>
    stack(
      batch.map((job) => job.block.tensors[i] as Tensor),
      make,
    ),
  );
}
