import type { InputSpec } from '../../../runtime/contract/serving.ts';
import { countSteps } from '../../helpers/steps.ts';

const steps = countSteps();
const { tensorsToLog } = await import('../../../runtime/http/v2/to-log.ts');
afterAll(() => steps.stop());

const HALVES: InputSpec = { name: 'h', datatype: 'FP16', shape: [-1, 3] };

test('half floats are logged as the numbers that they are', () => {
  const tensors = [{ dims: [1, 3], data: Uint16Array.of(0x3c00, 0xfbff, 0x7e00) }];
  expect(tensorsToLog([HALVES], { rows: 1, tensors, key: '' })).toEqual([{ h: [1, -65504, 'NaN'] }]);
});

test('twice the rows are twice the work', () => {
  const features = [{ name: 'a' }, { name: 'b' }];
  const table: InputSpec = { name: 'x', datatype: 'INT64', shape: [-1, 2], features };
  const log = (rows: number) => {
    const tensors = [{ dims: [rows, 2], data: new BigInt64Array(2 * rows) }];
    return steps.during(() => tensorsToLog([table], { rows, tensors, key: '' }));
  };
  log(10);
  const [few, many] = [log(500), log(1000)];
  expect(few).toBeGreaterThan(1000);
  expect(many).toBeLessThan(2.2 * few);
});
