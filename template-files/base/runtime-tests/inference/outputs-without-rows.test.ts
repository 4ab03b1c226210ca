import type { RunMessage } from '../../runtime/inference/messages.ts';
import { outputsWithoutRows } from '../../runtime/inference/trial/scores.ts';
import { serving } from '../helpers/serving.ts';

const block = { rows: 1, key: '', tensors: [{ dims: [1, 2], data: Float32Array.of(1, 2) }] };
const outputs = ['rows', 'time'].map((name) => ({ name, datatype: 'FP32', shape: [-1, -1] }) as const);
const contract = serving({ outputs });

/** Answers as many rows in the first output, and `time` in the second. */
const pool = (time: number) => ({
  run: ({ tensors }: RunMessage) => {
    const rows = tensors[0]?.dims[0] ?? 0;
    const answers = [
      [rows, 3],
      [time, rows],
    ].map((dims) => ({ dims, data: new Float32Array(dims.reduce((product, size) => product * size, 1)) }));
    return Promise.resolve({ kind: 'done', tensors: answers, ms: 1 } as const);
  },
});

test.each([1, 2, 3, 7])('an output whose first axis has %i is none of rows', async (time) => {
  expect(await outputsWithoutRows(pool(time), contract, block)).toEqual([1]);
});

test('where an instance is the whole tensors already, or the model takes no two rows, nothing is found', async () => {
  const whole = serving({ outputs: outputs.map((output) => ({ ...output, perRow: false })) });
  expect(await outputsWithoutRows(pool(7), whole, block)).toEqual([]);
  const run = () => Promise.resolve({ kind: 'failed', message: 'no' } as const);
  expect(await outputsWithoutRows({ run }, contract, block)).toEqual([]);
});
