import { createEncoder } from '../../runtime/inference/preprocess/encoder.ts';
import { serving } from '../helpers/serving.ts';

const whole = serving({
  model: { ...serving().model, type: 'custom' },
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3, -1] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, -1, 3], perRow: false }],
});
const row = [
  [1, 2],
  [3, 4],
  [5, 6],
];

test.each([
  ['the whole tensors', [row, row], [2, 3, 2]],
  ['a single row without its axis', row, [1, 3, 2]],
])('an instance of a model whose outputs have no rows is %s, in a block of its own', async (_, instance, dims) => {
  const blocks = await createEncoder(whole, () => {})([instance, instance]);
  expect(blocks.map(({ rows, tensors }) => [rows, tensors[0]?.dims])).toEqual([
    [1, dims],
    [1, dims],
  ]);
});
