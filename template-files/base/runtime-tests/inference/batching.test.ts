import { fileURLToPath } from 'node:url';
import type { Config } from '../../runtime/config.ts';
import type { Batching } from '../../runtime/contract/serving.ts';
import { batchingAfterTrial, batchingWithoutTrial } from '../../runtime/inference/batching.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';
import { serving } from '../helpers/serving.ts';

const mixed = { kind: 'mixed', detail: 'output "y": 1 alone, 2 together' } as const;
const withBatching = (changes: Partial<Batching>) => serving({ batching: { ...serving().batching, ...changes } });
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'MODEL_MISMATCH', message: expect.stringMatching(message) });

test('a declaration and a missing axis of rows decide without a trial', () => {
  expect(batchingWithoutTrial(serving())).toBeUndefined();
  expect(batchingWithoutTrial(withBatching({ mode: 'off' }))).toMatchObject({ mode: 'off', cause: 'declared_off' });
  const outputs = [{ name: 'y', datatype: 'FP32', shape: [-1, 2], perRow: false }] as const;
  expect(batchingWithoutTrial(serving({ outputs }))).toMatchObject({ mode: 'off', cause: 'no_batch_axis' });
});

test('a trial decides, and what could not be tried is not batched', () => {
  expect(batchingAfterTrial(serving(), { kind: 'independent', runs: 9 })).toMatchObject({ mode: 'on' });
  expect(batchingAfterTrial(serving(), mixed)).toMatchObject({
    mode: 'off',
    cause: 'rows_mixed',
    reason: expect.stringContaining(mixed.detail),
  });
  const not = batchingAfterTrial(serving(), { kind: 'not_tried', reason: 'a run of 4 rows failed: no' });
  expect(not).toMatchObject({ mode: 'off', cause: 'rows_not_tried', reason: expect.stringContaining('failed: no') });
  const random = batchingAfterTrial(serving(), { kind: 'random', detail: '1, then 2' });
  expect(random).toMatchObject({ mode: 'off', cause: 'rows_not_tried', reason: expect.stringContaining('1, then 2') });
});

test.each<[keyof Batching, Partial<Batching>]>([
  ['maxBatchSize', { maxBatchSize: 2 }],
  ['maxBatchSize', { maxBatchSize: 32 }],
  ['maxDelayMs', { maxDelayMs: 1 }],
  ['oversized', { oversized: 'split' }],
])('%s that contradicts the trial is refused by name, where it was stated', (key, changes) => {
  const contract = withBatching({ ...changes, stated: [key] });
  expect(() => batchingAfterTrial(contract, mixed)).toThrow(
    refusal(
      new RegExp(
        `^serving\\.yaml batching\\.${key}: expected no batching, because .*, found ${contract.batching[key]}\\. .*batching: off`,
      ),
    ),
  );
  expect(batchingAfterTrial(withBatching(changes), mixed).mode).toBe('off');
  expect(batchingAfterTrial(contract, { kind: 'independent', runs: 1 }).mode).toBe('on');
});

test('settings that merge and split nothing may be stated', () => {
  const contract = withBatching({
    maxBatchSize: 1,
    maxDelayMs: 0,
    oversized: 'refuse',
    stated: ['maxBatchSize', 'maxDelayMs', 'oversized'],
  });
  expect(batchingAfterTrial(contract, mixed).mode).toBe('off');
});

test('an output without rows is refused with the way to serve it whole', () => {
  const trial = { kind: 'not_per_row', output: 0, rows: 4, found: [2, 4] } as const;
  expect(() => batchingAfterTrial(serving(), trial)).toThrow(
    refusal(/outputs\[0\]\.shape: expected "p" to be \[4, 2\] for 4 rows .*\[2, 4\]\. .*perRow: false/),
  );
});

describe('a service whose model mixes rows', () => {
  const workerPath = fileURLToPath(new URL('../fixtures/mixing-worker.mjs', import.meta.url));
  let service: Running | undefined;
  afterEach(async () => {
    await service?.close();
  });
  const start = async (batching: Partial<Batching>) => {
    service = await boot({
      workerPath,
      config: (config: Config) => ({
        ...config,
        golden: undefined,
        workers: 2,
        serving: { ...config.serving, batching: { ...config.serving.batching, stated: [], ...batching } },
      }),
    });
    return service;
  };
  /** The first value of each row, the mean of its run and the number of its rows. */
  async function ask(running: Running, first: readonly number[]) {
    const response = await running.post('/predict', { instances: first.map((value) => [value, 0, 0, 0]) });
    const { predictions } = (await bodyOf(response)) as { predictions: { probabilities: Record<string, number> }[] };
    return predictions.map(({ probabilities }) => Object.values(probabilities));
  }

  test.each<[string, Partial<Batching>]>([
    ['with nothing stated', {}],
    ['with batches of one row', { maxBatchSize: 1, stated: ['maxBatchSize'] }],
    ['with batching: off', { mode: 'off' }],
  ])('%s, requests are neither merged nor split', async (_, batching) => {
    const running = await start(batching);
    const requests = Array.from({ length: 40 }, (_, i) => [i, i + 1, i + 5].slice(0, 1 + (i % 3)));
    const answers = await Promise.all(requests.map((first) => ask(running, first)));
    for (const [i, first] of requests.entries()) {
      const mean = Math.fround(first.reduce((sum, value) => sum + value, 0) / first.length);
      expect(answers[i]).toEqual(first.map((value) => [value, mean, first.length]));
    }
    const large = Array.from({ length: 100 }, (_, i) => i);
    expect((await ask(running, large))[99]).toEqual([99, 49.5, 100]);
    const data = [1, 0, 0, 0, 3, 0, 0, 0];
    const infer = await running.post('/v2/models/my-model/infer', {
      inputs: [{ name: 'float_input', datatype: 'FP32', shape: [2, 4], data }],
    });
    expect(await bodyOf(infer)).toMatchObject({ outputs: [{ shape: [2, 3], data: [1, 2, 2, 3, 2, 2] }] });
  });

  test('the log and /metadata say so and why', async () => {
    const running = await start({});
    const reason = expect.stringMatching(/^the answer to a row depends on the other rows of its run/);
    expect(running.logs).toContainEqual(
      expect.objectContaining({
        level: 40,
        cause: 'rows_mixed',
        reason,
        msg: expect.stringContaining('neither merged nor split'),
      }),
    );
    expect(await bodyOf(await fetch(`${running.url}/metadata`))).toMatchObject({
      batching: { mode: 'off', cause: 'rows_mixed', reason, maxBatchSize: 1, maxDelayMs: 0 },
    });
  });

  test('a stated batch size stops the start', async () => {
    await expect(start({ maxBatchSize: 32, stated: ['maxBatchSize'] })).rejects.toEqual(
      refusal(/batching\.maxBatchSize/),
    );
  });
});

test('a model of independent rows shares runs, and /metadata says so', async () => {
  const service = await boot();
  expect(await bodyOf(await fetch(`${service.url}/metadata`))).toMatchObject({
    batching: { mode: 'on', cause: 'rows_independent', maxBatchSize: 32, oversized: 'split' },
  });
  await service.close();
});
