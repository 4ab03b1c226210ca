import { jest } from '@jest/globals';
import type { RunMessage } from '../../runtime/inference/messages.ts';

/* The runtime, which fails on what a test says. */

let fails: (data: Float32Array) => string | undefined = () => undefined;
const run = jest.fn(async ({ x }: { x: { data: Float32Array; dims: readonly number[] } }) => {
  const message = fails(x.data);
  if (message !== undefined) throw new Error(message);
  return { y: x };
});
jest.unstable_mockModule('onnxruntime-node', () => ({
  env: { versions: { node: 'double' } },
  Tensor: class {
    constructor(
      readonly type: string,
      readonly data: Float32Array,
      readonly dims: readonly number[],
    ) {}
  },
  InferenceSession: {
    create: async () => ({ inputMetadata: [], outputMetadata: [], run, release: async () => {} }),
  },
}));
const { openSession } = await import('../../runtime/inference/session.ts');

const open = () =>
  openSession({
    modelPath: 'model.onnx',
    intraOpThreads: 1,
    inputs: [{ name: 'x', type: 'float32' }],
    outputs: ['y'],
  });
const of = (value: number): RunMessage => ({
  kind: 'run',
  tensors: [{ dims: [1, 1], data: Float32Array.of(value) }],
  fetch: [0],
});

beforeEach(() => {
  run.mockClear();
  fails = ([value]) => (value === 666 ? 'refused' : undefined);
});

test('a session that answers again what it has answered before shows that the values are the reason', async () => {
  const session = await open();
  await session.run(of(1));
  await session.run(of(2));
  expect(await session.run(of(666))).toEqual({ kind: 'failed', message: 'refused', refused: true });
  expect(run.mock.calls.map(([{ x }]) => x.data[0])).toEqual([1, 2, 666, 1]);
});

test('one that does not is broken itself', async () => {
  const session = await open();
  await session.run(of(1));
  fails = () => 'broken';
  expect(await session.run(of(2))).toEqual({ kind: 'failed', message: 'broken', refused: false });
});

test('where nothing has been answered yet, nothing is known', async () => {
  const session = await open();
  expect(await session.run(of(666))).toEqual({ kind: 'failed', message: 'refused' });
  expect(run).toHaveBeenCalledTimes(1);
});

test('that memory ran out is not blamed on the values', async () => {
  const session = await open();
  await session.run(of(1));
  fails = ([value]) => (value === 2 ? 'Status Message: std::bad_alloc' : undefined);
  expect(await session.run(of(2))).toEqual({ kind: 'failed', message: 'Status Message: std::bad_alloc' });
});
