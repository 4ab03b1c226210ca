import type { Block } from '../../../runtime/inference/tensor.ts';
import { failedTrialReason, findTrial } from '../../../runtime/inference/trial/run.ts';

const blocks = [0, 1, 2].map((value): Block => ({ rows: 1, key: '', tensors: [{ dims: [1], data: [`${value}`] }] }));

/** A model that takes the requests named; all others are refused, or kill the worker. */
function model(taken: readonly string[], refusal: 'failed' | 'lost' = 'failed') {
  const asked: string[] = [];
  const run: Parameters<typeof findTrial>[0]['run'] = ({ tensors }) => {
    const value = String(tensors[0]?.data[0]);
    asked.push(value);
    if (taken.includes(value)) return Promise.resolve({ kind: 'done', tensors: [], ms: 1 });
    return Promise.resolve(refusal === 'lost' ? { kind: 'lost' } : { kind: 'failed', message: `no ${value}` });
  };
  return { run, asked };
}

test('the first request that the model takes, and nothing after it', async () => {
  const pool = model(['1', '2']);
  expect(await findTrial(pool, blocks, [0])).toMatchObject({ kind: 'found', block: blocks[1] });
  expect(pool.asked).toEqual(['0', '1']);
});

test('a model that takes none: the reason of the first', async () => {
  const failed = await findTrial(model([]), blocks, [0]);
  expect(failed).toEqual({ kind: 'failed', tries: 3, reason: 'no 0' });
  expect(failedTrialReason(failed as never)).toMatch(/^the model fails in all 3 trial runs: no 0\. Correct the shapes/);
});

test('a request that a worker dies of is the last one', async () => {
  const pool = model([], 'lost');
  expect(await findTrial(pool, blocks, [0])).toEqual({ kind: 'failed', tries: 1, reason: 'the worker died of it' });
  expect(pool.asked).toEqual(['0']);
});
