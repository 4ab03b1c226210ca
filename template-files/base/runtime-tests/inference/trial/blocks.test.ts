import type { Serving } from '../../../runtime/contract/serving.ts';
import { trialBlocks, variedBlock } from '../../../runtime/inference/trial/blocks.ts';
import { serving } from '../../helpers/serving.ts';

const of = (inputs: Serving['inputs'], outputs = serving().outputs) => [
  ...trialBlocks(serving({ inputs, outputs }), {}),
];

test('zeros first, then ones, then values that differ, each within the range of its column', () => {
  const features = [{ name: 'a', min: 5, max: 6 }, { name: 'b' }];
  const blocks = of([{ name: 'x', datatype: 'FP32', shape: [-1, 2], features }]);
  expect(blocks.map(({ tensors }) => Array.from(tensors[0]?.data as Float32Array))).toEqual([
    [5, 0],
    [5, 1],
    [5, 0.75],
  ]);
});

test('free axes have several sizes, the first one of rows is one row', () => {
  const dims = of([{ name: 'x', datatype: 'INT64', shape: [-1, -1] }]).map(({ tensors }) => tensors[0]?.dims);
  expect(dims.slice(0, 4)).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
    [1, 2],
  ]);
  expect(dims.at(-1)).toEqual([1, 640]);
});

test('without a batch axis the first one is free as well', () => {
  const input = { name: 'x', datatype: 'FP32', shape: [-1, 3] } as const;
  const [, , , second] = of([input], [{ name: 'y', datatype: 'FP32', shape: [5] }]);
  expect(second?.tensors[0]?.dims).toEqual([2, 3]);
});

test('texts are known categories, or several kinds of text', () => {
  const words = (features?: Serving['inputs'][number]['features']) =>
    of([{ name: 'x', datatype: 'BYTES', shape: [-1, 1], ...(features && { features }) }]).map(
      ({ tensors }) => tensors[0]?.data[0],
    );
  expect(words([{ name: 'x', categories: ['red', 'blue'] }])).toEqual(['red', 'red', 'red']);
  expect(words()).toEqual(['', 'a', '1']);
});

test('every datatype has elements of its own kind', () => {
  for (const datatype of ['BOOL', 'UINT8', 'INT8', 'UINT64', 'INT64', 'FP16', 'FP64'] as const) {
    const [zeros, ones] = of([{ name: 'x', datatype, shape: [-1, 2] }]);
    expect(Number(zeros?.tensors[0]?.data[0])).toBe(0);
    expect(Number(ones?.tensors[0]?.data[0])).toBe(datatype === 'FP16' ? 0x3c00 : 1);
  }
});

test('runs stay small, alone and together: sizes that would be too large are left out', () => {
  const inputs = [{ name: 'x', datatype: 'UINT8', shape: [-1, 3, -1, -1, -1] }] as const;
  let total = 0;
  for (const { tensors } of trialBlocks(serving({ inputs }), {})) {
    const { length } = tensors[0]?.data ?? [];
    expect(length).toBeLessThanOrEqual(2 ** 23);
    total += length;
  }
  expect(total).toBeGreaterThan(2 ** 20);
  expect(total).toBeLessThanOrEqual(2 ** 25);
});

test('a shape without free axes is tried, however large', () => {
  const inputs = [{ name: 'x', datatype: 'UINT8', shape: [-1, 4096, 4096] }] as const;
  const [first] = trialBlocks(serving({ inputs }), {});
  expect(first?.tensors[0]?.dims).toEqual([1, 4096, 4096]);
});

test('values that differ, in the shapes of a block', () => {
  const block = { rows: 1, key: 'k', tensors: [{ dims: [1, 2], data: Float32Array.of(9, 9) }] };
  expect(variedBlock(serving(), block)).toEqual({
    ...block,
    tensors: [{ dims: [1, 2], data: Float32Array.of(0, 0.75) }],
  });
});
