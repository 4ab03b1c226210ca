import { createRowTexts } from '../../runtime/inference/postprocess/decoder.ts';
import { serving } from '../helpers/serving.ts';

const [scores] = serving().outputs;
const amount = { name: 'y', datatype: 'FP32', shape: [-1, 1] } as const;
const contract = serving({ outputs: [scores, amount] as never });
const answer = (outputs: { dims: number[]; data: Float32Array }[], firstRow: number, rows: number) => ({
  outputs,
  firstRow,
  rows,
  queuedMs: 0,
  runMs: 0,
});
const pairs = { dims: [3, 2], data: Float32Array.of(1, 0, 0.25, 0.75, 0.5, 0.5) };
const amounts = { dims: [3, 1], data: Float32Array.of(1, 2, 3) };

test('rows are predictions where the outputs that those need were computed, in whatever order', () => {
  const write = createRowTexts(contract);
  const texts = write([1, 0], [answer([amounts, pairs], 0, 1), answer([amounts, pairs], 1, 1)]);
  expect(JSON.parse(texts as string)).toEqual([
    { label: 'no', probabilities: { no: 1, yes: 0 } },
    { label: 'yes', probabilities: { no: 0.25, yes: 0.75 } },
  ]);
});

test('otherwise they are the values of the outputs by their names', () => {
  const texts = createRowTexts(contract)([1], [answer([amounts], 1, 2)]);
  expect(JSON.parse(texts as string)).toEqual([{ y: [2] }, { y: [3] }]);
});

test('what has no finite value is not written, and is no error', () => {
  const broken = { dims: [1, 1], data: Float32Array.of(Number.NaN) };
  expect(createRowTexts(contract)([1], [answer([broken], 0, 1)])).toBeUndefined();
});
