import { loadConfig } from '../../runtime/config.ts';
import type { RunMessage } from '../../runtime/inference/messages.ts';
import type { Handing, WorkerPool } from '../../runtime/inference/pool.ts';
import { startWorkers } from '../../runtime/inference/startup.ts';
import { SAMPLE } from '../helpers/service.ts';

/** The real worker with the sample's model: four numbers in, three probabilities out. */
let pool: WorkerPool;
beforeAll(async () => {
  pool = startWorkers(loadConfig({ ...process.env, WORKERS: '1', SERVING_CONFIG: SAMPLE }));
  await pool.loaded;
});
afterAll(() => pool.close());

const FOLLOWED: Handing = { onBegin() {}, followed: true };
const rowsOf = (rows: number, numbers = 4 * rows): RunMessage => ({
  kind: 'run',
  tensors: [{ dims: [rows, 4], data: new Float32Array(numbers).fill(1) }],
  fetch: [0],
});

test('what is refused at once is told of behind the run before it, which takes its time', async () => {
  const runs = [pool.run(rowsOf(2), FOLLOWED), pool.run(rowsOf(3, 5), FOLLOWED)];
  const [first, second] = await Promise.all(runs);
  expect(first).toMatchObject({ kind: 'done', tensors: [{ dims: [2, 3] }] });
  expect(second).toMatchObject({ kind: 'failed', message: expect.stringContaining('5') });
});

test('a run that failed leaves the next one its answer', async () => {
  const [refused, answered] = await Promise.all([
    pool.run({ ...rowsOf(1), fetch: [7] }, FOLLOWED),
    pool.run(rowsOf(4), FOLLOWED),
  ]);
  expect(refused.kind).toBe('failed');
  expect(answered).toMatchObject({ kind: 'done', tensors: [{ dims: [4, 3] }] });
});
