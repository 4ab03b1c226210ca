import { createExecutor } from '../../runtime/inference/executor.ts';
import type { RunMessage } from '../../runtime/inference/messages.ts';
import type { RunOutcome } from '../../runtime/inference/pool.ts';
import type { Session } from '../../runtime/inference/session.ts';
import { serving } from '../helpers/serving.ts';

const block = { rows: 1, key: '', tensors: [{ dims: [1, 2], data: Float32Array.of(1, 2) }] };
const message: RunMessage = { kind: 'run', tensors: block.tensors, fetch: [0] };
const took = (ms: number): RunOutcome => ({ kind: 'done', tensors: [], ms });

/** A pool whose runs take the times given in turn, and a session whose runs take `here`. */
function setUp({ there = [0.1], here = 0.1, cpus = 2, contract = serving(), refuses = false } = {}) {
  const tried: RunMessage[] = [];
  const slow: number[] = [];
  const state = { here, released: false };
  const executor = createExecutor({
    pool: {
      idle: () => 7,
      ahead: () => 3,
      run: (asked) => {
        tried.push(asked);
        return Promise.resolve(took(there[(tried.length - 1) % there.length] as number));
      },
    },
    serving: contract,
    options: { modelPath: 'model.onnx', intraOpThreads: 1, inputs: [], outputs: [] },
    cpus,
    onSlow: (ms) => slow.push(ms),
    openSession: () =>
      Promise.resolve({
        run: () => Promise.resolve(refuses ? { kind: 'failed', message: 'no' } : took(state.here)),
        release: async () => {
          state.released = true;
        },
      } as unknown as Session),
  });
  return { executor, tried, slow, state };
}

test('a model whose full batch is short is run on the spot, the workers are not asked', async () => {
  const { executor, tried } = setUp({ there: [9, 0.2, 9] });
  expect(executor.idle()).toBe(7);
  expect(await executor.open(block, [0])).toBe(true);
  // What was tried is a full batch.
  expect(tried[0]?.tensors[0]?.dims).toEqual([serving().batching.maxBatchSize, 2]);
  const asked = tried.length;
  const run = executor.run(message);
  expect(executor.idle()).toBe(0);
  await run;
  expect([executor.idle(), tried.length]).toEqual([1, asked]);
  expect(executor.ahead()).toBe(0);
});

test.each([
  ['too long', { there: [0.3] }, false],
  ['too long even where no other thread could run meanwhile', { there: [3], cpus: 1 }, false],
  ['short enough where no other thread could run meanwhile', { there: [1], cpus: 1 }, true],
  [
    'of a length that the request decides',
    { contract: serving({ inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }] }) },
    false,
  ],
  ['of half floats', { contract: serving({ inputs: [{ name: 'x', datatype: 'FP16', shape: [-1, 2] }] }) }, false],
])('a run that is %s', async (_, options, short) => {
  const { executor, tried } = setUp(options);
  expect(await executor.open(block, [0])).toBe(short);
  const asked = tried.length;
  await executor.run(message);
  expect(tried.length).toBe(short ? asked : asked + 1);
});

test.each([
  ['of equal length', serving(), 3],
  ['of half floats', serving({ inputs: [{ name: 'x', datatype: 'FP16', shape: [-1, 2] }] }), 3],
  ['of any length', serving({ inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }] }), 0],
  ['of texts', serving({ inputs: [{ name: 'x', datatype: 'BYTES', shape: [-1, 1] }] }), 0],
])('runs %s wait behind another one, or not', (_, contract, ahead) => {
  expect(setUp({ contract }).executor.ahead()).toBe(ahead);
});

test('where the runtime refuses to run in the main thread, the workers do it', async () => {
  const { executor, tried, state } = setUp({ refuses: true });
  expect(await executor.open(block, [0])).toBe(false);
  expect(state.released).toBe(true);
  const asked = tried.length;
  await executor.run(message);
  expect(tried.length).toBe(asked + 1);
});

test('runs that turn out to be slow become the workers’; a single one is an accident', async () => {
  const { executor, tried, slow, state } = setUp();
  await executor.open(block, [0]);
  const asked = tried.length;
  for (const ms of [50, 50, 1, 50, 50, 50]) {
    state.here = ms;
    await executor.run(message);
  }
  expect([slow, state.released, tried.length - asked]).toEqual([[50], true, 0]);
  await executor.run(message);
  expect([executor.idle(), tried.length - asked]).toEqual([7, 1]);
});

test('a full batch that takes long is tried once', async () => {
  const { executor, tried } = setUp({ there: [900] });
  expect(await executor.open(block, [0])).toBe(false);
  expect(tried).toHaveLength(1);
});

test('without a batch axis a free first axis is of any length', async () => {
  const { executor } = setUp({ contract: serving({ outputs: [{ name: 'p', datatype: 'FP32', shape: [1, 2] }] }) });
  expect(await executor.open(block, [0])).toBe(false);
});
