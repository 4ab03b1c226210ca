import { createCapacity } from '../../../runtime/inference/limits/capacity.ts';

const MIB = 1024 * 1024;

test.each([
  [64 * MIB, 32 * MIB],
  [512 * MIB, 128 * MIB],
  [2048 * MIB, 512 * MIB],
  [64 * 1024 * MIB, 1024 * MIB],
])('of a memory of %d bytes, %d are for what is decoded', (memory, expected) => {
  const { maxBytes, maxRequestBytes } = createCapacity({}, memory);
  expect([maxBytes, maxRequestBytes]).toEqual([expected, 4 * expected]);
});

test('what serving.yaml says goes first', () => {
  const { maxBytes, maxRequestBytes } = createCapacity({ maxDecodingBytes: 5, maxDecodedBytes: 7 }, 512 * MIB);
  expect([maxBytes, maxRequestBytes]).toEqual([5, 7]);
});

test('who leaves while waiting gets nothing that would never be given back', async () => {
  const capacity = createCapacity({ maxDecodingBytes: 10 });
  const waiter = { deadline: Number.POSITIVE_INFINITY };
  const first = capacity.enter(1, waiter);
  await first.acquire(10);
  const second = capacity.enter(1, waiter);
  const waiting = second.acquire(10);
  second.leave();
  first.leave();
  await waiting;
  expect(capacity.used()).toBe(0);
});
