import type { Serving } from '../../runtime/contract/serving.ts';
import { createFindMisfit } from '../../runtime/inference/answer-shape.ts';
import { serving } from '../helpers/serving.ts';

const promising = (shape: number[], changes: Partial<Serving> = {}) =>
  serving({ outputs: [{ name: 'p', datatype: 'FP32', shape }], ...changes });
const { batching } = serving();
const misfit = (contract: Serving, dims: number[], rows = 2) =>
  createFindMisfit(contract)([0], [{ dims, data: new Float32Array() }], rows);

test.each([
  ['as promised', [-1, 3], [2, 3]],
  ['of a size that is free', [-1, -1], [2, 9]],
  ['without the axis of one', [-1, 1], [2]],
  ['with an axis of one more', [-1], [2, 1]],
  ['of free axes in another number', [-1, -1], [2, 3, 4]],
])('an answer %s fits', (_, shape, dims) => {
  expect(misfit(promising(shape), dims)).toBeUndefined();
});

test.each([
  ['narrower', [-1, 3], [2, 1]],
  ['wider', [-1, 1], [2, 3]],
  ['of fewer rows', [-1, 3], [1, 3]],
  ['of more rows', [-1, 3], [3, 3]],
  ['of one axis that holds more', [-1], [2, 3]],
  ['of more axes that hold more', [-1, 2], [2, 2, 2]],
  ['of no axis', [-1], []],
])('an answer that is %s does not', (_, shape, dims) => {
  expect(misfit(promising(shape), dims)).toEqual({ output: 0, expected: [2, ...shape.slice(1)], found: dims });
});

test('rows are counted where runs are never shared as well: an answer of other rows would be cut', () => {
  const alone = promising([-1, 3], { batching: { ...batching, maxBatchSize: 1 } });
  expect(misfit(alone, [1, 3], 1)).toBeUndefined();
  expect(misfit(alone, [7, 3], 1)).toEqual({ output: 0, expected: [1, 3], found: [7, 3] });
});

test('an output without rows may answer in any number of them, but not in another width', () => {
  const whole = serving({
    model: { ...serving().model, type: 'custom' },
    outputs: [{ name: 'p', datatype: 'FP32', shape: [-1, 3], perRow: false }],
  });
  expect(misfit(whole, [7, 3], 1)).toBeUndefined();
  expect(misfit(whole, [7, 2], 1)).toEqual({ output: 0, expected: [-1, 3], found: [7, 2] });
});

test('a classifier without a batch axis answers one row: of more, all but the first would be cut', () => {
  const inputs = serving().inputs.map((input) => ({ ...input, shape: [1, 2] }));
  const labelled: Serving['outputs'] = [{ name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['no', 'yes'] }];
  const contract = serving({ inputs, outputs: labelled });
  expect(misfit(contract, [1, 2], 1)).toBeUndefined();
  expect(misfit(contract, [3, 2], 1)).toEqual({ output: 0, expected: [1, 2], found: [3, 2] });
});

test('without a batch axis every known axis is as promised', () => {
  const { inputs } = serving();
  const whole = promising([4, -1], { inputs: inputs.map((input) => ({ ...input, shape: [1, 2] })) });
  expect(misfit(whole, [4, 9], 1)).toBeUndefined();
  expect(misfit(whole, [3, 9], 1)).toEqual({ output: 0, expected: [4, -1], found: [3, 9] });
});

test('only the outputs that were asked for are looked at, each at its place', () => {
  const outputs: Serving['outputs'] = [
    { name: 'label', datatype: 'INT64', shape: [-1] },
    { name: 'p', datatype: 'FP32', shape: [-1, 2] },
  ];
  const tensor = { dims: [1, 1], data: new Float32Array(1) };
  expect(createFindMisfit(serving({ outputs }))([1], [tensor], 1)?.output).toBe(1);
  expect(createFindMisfit(serving({ outputs }))([0], [tensor], 1)).toBeUndefined();
});
