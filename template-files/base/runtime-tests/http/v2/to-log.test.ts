import type { InputSpec } from '../../../runtime/contract/serving.ts';
import { countSteps } from '../../helpers/steps.ts';

const steps = countSteps();
const { tensorsToLog } = await import('../../../runtime/http/v2/response.ts');
afterAll(() => steps.stop());

const OUT = { name: 'y', datatype: 'FP32', shape: [-1, 1] } as const;
const HALVES: InputSpec = { name: 'h', datatype: 'FP16', shape: [-1, 3] };

test('half floats are logged as the numbers that they are', () => {
  const tensors = [{ dims: [1, 3], data: Uint16Array.of(0x3c00, 0xfbff, 0x7e00) }];
  expect(tensorsToLog({ inputs: [HALVES], outputs: [OUT] }, { rows: 1, tensors, key: '' })).toEqual([
    { h: [1, -65504, 'NaN'] },
  ]);
});

test('twice the rows are twice the work', () => {
  const features = [{ name: 'a' }, { name: 'b' }];
  const table: InputSpec = { name: 'x', datatype: 'INT64', shape: [-1, 2], features };
  const log = (rows: number) => {
    const tensors = [{ dims: [rows, 2], data: new BigInt64Array(2 * rows) }];
    return steps.during(() => tensorsToLog({ inputs: [table], outputs: [OUT] }, { rows, tensors, key: '' }));
  };
  log(10);
  const [few, many] = [log(500), log(1000)];
  expect(few).toBeGreaterThan(1000);
  expect(many).toBeLessThan(2.2 * few);
});

test('each row is an instance of its own, nested as clients of POST /predict send it', () => {
  const signal: InputSpec = { name: 's', datatype: 'FP32', shape: [-1, 2, 2] };
  const text: InputSpec = { name: 't', datatype: 'BYTES', shape: [-1] };
  const tensors = [
    { dims: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    { dims: [2], data: ['a', 'b'] },
  ];
  const block = { rows: 2, tensors, key: '' };
  expect(tensorsToLog({ inputs: [signal, text], outputs: [OUT] }, block)).toEqual([
    {
      s: [
        [1, 2],
        [3, 4],
      ],
      t: 'a',
    },
    {
      s: [
        [5, 6],
        [7, 8],
      ],
      t: 'b',
    },
  ]);
  // Without an axis of rows the whole tensors are one instance.
  const whole = { rows: 1, tensors: [{ dims: [1, 3], data: Float32Array.of(1, 2, 3) }], key: '' };
  expect(tensorsToLog({ inputs: [{ name: 'w', datatype: 'FP32', shape: [1, 3] }], outputs: [OUT] }, whole)).toEqual([
    { w: [[1, 2, 3]] },
  ]);
});
