import { instanceOf } from '../../../runtime/inference/trial/blocks.ts';
import { serving } from '../../helpers/serving.ts';

const block = (dims: number[], data: Float32Array | BigInt64Array) => ({ rows: 1, key: '', tensors: [{ dims, data }] });

test('columns by their names', () => {
  expect(instanceOf(serving(), block([1, 2], Float32Array.of(1, 0.5)))).toEqual({ a: 1, b: 0.5 });
});

test('tensors as deep as their shape, without the axis of rows', () => {
  const model = { ...serving().model, type: 'custom' as const };
  const inputs = [{ name: 'x', datatype: 'INT64', shape: [-1, -1, 2] }] as const;
  const data = BigInt64Array.of(1n, 2n, 3n, 4n);
  expect(instanceOf(serving({ model, inputs }), block([1, 2, 2], data))).toEqual({
    x: [
      [1, 2],
      [3, 4],
    ],
  });
  const whole = { model, inputs, outputs: [{ name: 'y', datatype: 'FP32', shape: [3] }] as const };
  expect(instanceOf(serving(whole), block([1, 1, 2], data.subarray(0, 2)))).toEqual({ x: [[[1, 2]]] });
});

test('pictures and texts are not made of tensors', () => {
  const model = { ...serving().model, type: 'image-classification' as const };
  expect(instanceOf(serving({ model }), block([1, 2], Float32Array.of(1, 2)))).toBeUndefined();
});
