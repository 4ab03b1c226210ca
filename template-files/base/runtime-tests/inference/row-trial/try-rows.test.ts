import type { OutputSpec, Serving } from '../../../runtime/contract/serving.ts';
import type { RunMessage } from '../../../runtime/inference/messages.ts';
import { BUDGET_MS, ROUNDS, ROWS, type RowTrial, tryRows } from '../../../runtime/inference/row-trial/try-rows.ts';
import type { Block, Tensor } from '../../../runtime/inference/tensor.ts';
import { serving } from '../../helpers/serving.ts';

/** A model of rows of two floats: what it answers to a run. */
type Model = (rows: readonly (readonly number[])[]) => readonly (readonly number[])[];

const custom = (changes: Partial<Serving> = {}): Serving =>
  serving({
    model: { ...serving().model, type: 'custom' },
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
    ...changes,
  });

const rowsOf = ({ dims, data }: Tensor): number[][] => {
  const width = data.length / (dims[0] ?? 1);
  return Array.from({ length: dims[0] ?? 0 }, (_, row) =>
    Array.from({ length: width }, (_, at) => data[row * width + at] as number),
  );
};

interface Options {
  readonly contract?: Serving;
  readonly samples?: readonly Block[];
  readonly shapes?: readonly (readonly (readonly number[])[])[];
  /** How long each run takes. */
  readonly ms?: number;
}

/** The result of a trial, and the numbers of rows of its runs. A model that throws fails its run. */
async function trial(model: Model, { contract = custom(), samples = [], shapes = [[[1, 2]]], ms = 0 }: Options = {}) {
  const runs: number[] = [];
  let time = 0;
  const run = async ({ tensors }: RunMessage) => {
    const rows = rowsOf(tensors[0] as Tensor);
    runs.push(rows.length);
    time += ms;
    try {
      const answer = model(rows);
      const tensor = {
        dims: [answer.length, answer[0]?.length ?? 0],
        data:
          contract.outputs[0]?.datatype === 'FP32' ? Float32Array.from(answer.flat()) : Int32Array.from(answer.flat()),
      };
      return { kind: 'done', tensors: [tensor], ms: 0 } as const;
    } catch (error) {
      return { kind: 'failed', message: (error as Error).message } as const;
    }
  };
  const found: RowTrial = await tryRows({ pool: { run }, serving: contract, shapes, samples, now: () => time });
  return { found, runs };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const column = (rows: readonly (readonly number[])[], at: number): number[] => rows.map((row) => row[at] as number);
const each = (of: (value: number, row: number, all: readonly number[]) => number): Model => {
  return (rows) => rows.map((row, i) => row.map((value, at) => Math.fround(of(value, i, column(rows, at)))));
};

const independent = each((value) => 3 * value + 1);

test('rows that are answered for themselves are independent, within the work that is allowed', async () => {
  const { found, runs } = await trial(independent);
  expect(found).toEqual({ kind: 'independent', runs: runs.length });
  const full = custom().batching.maxBatchSize;
  // A round: all rows four times, each of them alone, and once the full batch.
  expect(runs).toEqual([
    4,
    4,
    4,
    1,
    1,
    1,
    1,
    4,
    full,
    ...Array.from({ length: ROUNDS - 1 }, () => [4, 4, 4, 1, 1, 1, 1, 4]).flat(),
  ]);
  expect(ROWS).toBe(4);
});

test('a model whose runs are slow has a single round and no full batch', async () => {
  const { found, runs } = await trial(independent, { ms: BUDGET_MS });
  expect([found.kind, runs]).toEqual(['independent', [4, 4, 4, 1, 1, 1, 1, 4]]);
});

test.each<[string, Model]>([
  ['the mean of all rows', each((value, _, all) => value - sum(all) / all.length)],
  ['a softmax over the rows', each((value, _, all) => Math.exp(value) / sum(all.map(Math.exp)))],
  ['a running sum', each((_, row, all) => sum(all.slice(0, row + 1)))],
  ['the rows in their order', each((_, row, all) => [...all].sort((a, b) => a - b)[row] as number)],
  ['the row before', each((value, row, all) => value + (all[row - 1] ?? 0))],
  ['the row behind', each((value, row, all) => value + (all[row + 1] ?? 0))],
  [
    'one scale for all rows',
    each((value, _, all) => {
      const scale = Math.max(...all.map(Math.abs)) / 127;
      return Math.round(value / scale) * scale;
    }),
  ],
  ['a thousandth of the mean', each((value, _, all) => value + sum(all) / all.length / 1000)],
  ['the number of rows', each((value, _, all) => value * all.length)],
  ['the place of the row', each((value, row) => value + row)],
  ['another value for the first row', each((value, row) => (row === 0 ? value : value + 1))],
  ['another value for the last row', each((value, row, all) => (row === all.length - 1 ? value : value + 1))],
  ['another value in runs of more than eight rows', each((value, _, all) => (all.length > 8 ? value + 1 : value))],
])('a model that answers %s mixes rows', async (_, model) => {
  expect((await trial(model)).found).toEqual({ kind: 'mixed', detail: expect.stringMatching(/^output "y": /) });
});

test('an answer whose width depends on the other rows mixes them', async () => {
  const longest: Model = (rows) =>
    rows.map((row) =>
      Array.from({ length: 1 + Math.floor(Math.max(...column(rows, 0).map(Math.abs))) }, () => row[0] as number),
    );
  const outputs: readonly OutputSpec[] = [{ name: 'y', datatype: 'FP32', shape: [-1, -1] }];
  expect((await trial(longest, { contract: custom({ outputs }) })).found).toEqual({
    kind: 'mixed',
    detail: expect.stringMatching(/\[\d+\] values beside some rows/),
  });
});

test('float noise between runs of other sizes is no mixing, and neither is a tie that it decides', async () => {
  const noisy = each((value, _, all) => value * (1 + all.length * 1e-6));
  expect((await trial(noisy)).found.kind).toBe('independent');
  // A label of two equal scores: one row in four is answered otherwise in larger runs.
  const outputs: readonly OutputSpec[] = [{ name: 'y', datatype: 'INT32', shape: [-1, 1] }];
  let seen = 0;
  const ties: Model = (rows) => rows.map((_, i) => [rows.length > 1 && seen++ >= 0 && i === 1 ? 1 : 0]);
  expect((await trial(ties, { contract: custom({ outputs }) })).found.kind).toBe('independent');
});

test('values that are not finite are compared as values', async () => {
  expect((await trial(each(() => Number.NaN))).found.kind).toBe('independent');
  expect((await trial(each((value) => value / 0))).found.kind).toBe('independent');
});

test('random answers show nothing', async () => {
  let calls = 0;
  const random = each((value) => value + calls++);
  expect((await trial(random)).found).toEqual({ kind: 'random', detail: expect.stringContaining('for the same rows') });
});

test.each<[string, Model, object]>([
  ['as many as the columns', (rows) => [column(rows, 0), column(rows, 1)], { rows: 4, found: [2, 4] }],
  ['as many as the rows of the first run', () => [[1], [1], [1], [1]], { rows: 1, found: [4, 1] }],
])('an output with another first axis is none of rows: %s', async (_, model, expected) => {
  expect((await trial(model)).found).toEqual({ kind: 'not_per_row', output: 0, ...expected });
});

test('a model whose runs all fail is not tried, with the reason of the first', async () => {
  const failing: Model = (rows) => {
    throw new Error(`no ${rows.length}`);
  };
  const { found, runs } = await trial(failing);
  expect(found).toEqual({ kind: 'not_tried', reason: 'a run of 4 rows failed: no 4' });
  expect(runs).toHaveLength(2);
});

test('a model that takes single rows only is not tried', async () => {
  const single: Model = (rows) => {
    if (rows.length > 1) throw new Error('one row');
    return rows;
  };
  expect((await trial(single)).found).toMatchObject({ kind: 'not_tried', reason: expect.stringContaining('one row') });
});

const block = (dims: number[], values: number[]): Block => ({
  rows: dims[0] ?? 0,
  key: '',
  tensors: [{ dims, data: Float32Array.from(values) }],
});

test('rows of the samples come first, and their values are those of a model that refuses all others', async () => {
  const known = [1, 2, 3, 4];
  const picky: Model = (rows) => {
    if (!rows.flat().every((value) => known.includes(value))) throw new Error('unknown value');
    return each((value, _, all) => value + sum(all))(rows);
  };
  const samples = [block([1, 2], [1, 2]), block([2, 2], [3, 4, 2, 1])];
  expect((await trial(picky, { samples })).found.kind).toBe('mixed');
  expect((await trial(picky)).found.kind).toBe('not_tried');
});

test('where all rows would be the same, nothing is tried', async () => {
  const constant: Model = (rows) => {
    if (!rows.flat().every((value) => value === 7)) throw new Error('only sevens');
    return rows;
  };
  expect((await trial(constant, { samples: [block([1, 2], [7, 7])] })).found.kind).toBe('not_tried');
});

test('free axes are tried at the first size that the model takes', async () => {
  const even: Model = (rows) => {
    if ((rows[0]?.length ?? 0) !== 2) throw new Error('two columns');
    return each((value, _, all) => value - sum(all))(rows);
  };
  const { found, runs } = await trial(even, { shapes: [[[1, 4]], [[1, 2]]] });
  expect(found.kind).toBe('mixed');
  expect(runs.slice(0, 2)).toEqual([4, 4]);
});
