import { valueAt, watchedOutputs } from '../../runtime/inference/watched.ts';
import { serving } from '../helpers/serving.ts';

test('labels that do not exclude each other are watched one by one, by their own values', () => {
  const outputs = [{ name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['a', 'b'], multiLabel: true }] as const;
  const watched = watchedOutputs({ ...serving(), outputs }, [0]);
  expect(watched.map(({ name, kind }) => [name, kind])).toEqual([
    ['p.a', 'number'],
    ['p.b', 'number'],
  ]);
  const tensor = { dims: [2, 2], data: Float32Array.of(0.25, 0.5, 0.75, 0.125) };
  expect(watched.map((one) => valueAt(one, tensor, 1))).toEqual([0.75, 0.125]);
});

test('one class of several is one value', () => {
  expect(watchedOutputs(serving(), [0]).map(({ name, kind }) => [name, kind])).toEqual([['p', 'label']]);
});
