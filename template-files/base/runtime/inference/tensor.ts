import { ServiceError } from '../errors.ts';
import type { TensorData } from './datatypes.ts';
import type { Job } from './job.ts';

/** A tensor on its way to or from a worker. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/**
 * Rows of every input of the model, in the order of serving.yaml: what one caller asks in one go.
 * Without a batch axis a block is the whole tensors, and counts as one row.
 */
export interface Block {
  readonly rows: number;
  readonly tensors: readonly Tensor[];
  /** Blocks of equal keys have equal trailing shapes: they may share a run. */
  readonly key: string;
}

/** Elements in one row of a tensor with a batch axis. */
export function rowSize(dims: readonly number[]): number {
  let size = 1;
  for (let axis = 1; axis < dims.length; axis++) size *= dims[axis] ?? 1;
  return size;
}

/** Some rows of a block. Nothing is copied. */
export function sliceBlock(block: Block, start: number, end: number): Block {
  return {
    rows: end - start,
    key: block.key,
    tensors: block.tensors.map(({ dims, data }) => {
      const size = rowSize(dims);
      const part = Array.isArray(data) ? data.slice(start * size, end * size) : data.subarray(start * size, end * size);
      return { dims: [end - start, ...dims.slice(1)], data: part };
    }),
  };
}

/** Neighbours of equal keys become one block; order is kept. */
export function joinNeighbours(
  blocks: readonly Block[],
  create: readonly ((length: number) => TensorData)[],
): readonly Block[] {
  if (blocks.length === 1) return blocks;
  const groups: Block[][] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    if (last?.[0]?.key === block.key) last.push(block);
    else groups.push([block]);
  }
  return groups.map((group) => ({
    rows: group.reduce((sum, { rows }) => sum + rows, 0),
    key: group[0]?.key ?? '',
    tensors: create.map((make, i) =>
      stack(
        group.flatMap((block) => block.tensors[i] ?? []),
        make,
      ),
    ),
  }));
}

/** Blocks that each fit into a run, in order. */
export function splitBlocks(
  blocks: readonly Block[],
  maxRows: number,
  oversized: 'split' | 'refuse',
): readonly Block[] {
  if (blocks.every((block) => block.rows <= maxRows)) return blocks;
  if (oversized === 'refuse') {
    const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
    throw new ServiceError(
      'INVALID_INPUT',
      `expected at most ${maxRows} rows in a request (batching.oversized), found ${rows}`,
    );
  }
  return blocks.flatMap((block) =>
    Array.from({ length: Math.ceil(block.rows / maxRows) }, (_, i) =>
      sliceBlock(block, i * maxRows, Math.min((i + 1) * maxRows, block.rows)),
    ),
  );
}

/** Tensors of the same trailing shape, one below the other. */
export function stack(tensors: readonly Tensor[], create: (length: number) => TensorData): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new RangeError('nothing to stack');
  if (tensors.length === 1) return first;
  let rows = 0;
  let length = 0;
  for (const tensor of tensors) {
    rows += tensor.dims[0] ?? 0;
    length += tensor.data.length;
  }
  const data = create(length);
  let offset = 0;
  for (const tensor of tensors) {
    copyInto(data, tensor.data, offset);
    offset += tensor.data.length;
  }
  return { dims: [rows, ...first.dims.slice(1)], data };
}

function copyInto(target: TensorData, source: TensorData, offset: number): void {
  if (Array.isArray(target) || source.length < 32) {
    // For short rows a loop beats the fixed cost of TypedArray.set.
    for (let i = 0; i < source.length; i++) (target as unknown[])[offset + i] = source[i];
  } else {
    (target as Float32Array).set(source as Float32Array, offset);
  }
}

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
