import type { TensorData } from './datatypes.ts';
import type { Job } from './job.ts';
import { stack, type Tensor } from './tensor.ts';

/**
 * The next run: the oldest job, and with it those that fit. What does not fit keeps its place, so that it is the oldest soon.
 */
export function takeBatch(queue: readonly Job[], maxBatchSize: number): { batch: readonly Job[]; rest: Job[] } {
  const [first, ...others] = queue;
  if (!first) return { batch: [], rest: [] };
  const batch = [first];
  let rows = first.block.rows;
  if (first.alone || rows >= maxBatchSize) return { batch, rest: others };
  const rest: Job[] = [];
  for (const job of others) {
    const fits = !job.alone && job.key === first.key && rows + job.block.rows <= maxBatchSize;
    if (fits) {
      batch.push(job);
      rows += job.block.rows;
    } else rest.push(job);
  }
  return { batch, rest };
}

export function rowsOf(jobs: readonly Job[]): number {
  let rows = 0;
  for (const job of jobs) rows += job.block.rows;
  return rows;
}

/** Whether a batch that has been taken is as large as batches get: it has all its rows, or most of them and what waits beside it did not fit. */
export function isFull(batch: readonly Job[], rest: readonly Job[], maxBatchSize: number): boolean {
  const [first] = batch;
  if (!first || first.alone || maxBatchSize === 1) return false;
  const rows = rowsOf(batch);
  if (rows >= maxBatchSize) return true;
  return 2 * rows > maxBatchSize && rest.some(({ key, alone }) => key === first.key && !alone);
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
