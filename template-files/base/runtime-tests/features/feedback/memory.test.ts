import { createMemory } from '../../../runtime/features/feedback/memory.ts';

function setUp(maxPredictions = 4, ttlMs = 1000) {
  const clock = { now: 0 };
  return { clock, memory: createMemory({ maxPredictions, ttlMs, now: () => clock.now }) };
}

test('each prediction is given once', () => {
  const { memory } = setUp();
  memory.remember('a', [1, 0], 0);
  expect(memory.take('a', 1)).toEqual({ found: 'prediction', prediction: 0, variant: 0 });
  expect(memory.take('a', 1)).toEqual({ found: 'taken' });
  expect(memory.take('a', 0)).toEqual({ found: 'prediction', prediction: 1, variant: 0 });
  expect(memory.take('a', 2)).toEqual({ found: 'nothing' });
  expect(memory.take('b', 0)).toEqual({ found: 'nothing' });
});

test('the last half of what may be remembered always is, and never more than all of it', () => {
  const { memory } = setUp(100);
  const ids = Array.from({ length: 1000 }, (_, i) => `id-${i}`);
  for (const [i, id] of ids.entries()) {
    memory.remember(id, [i], 0);
    const last = ids.slice(Math.max(0, i - 49), i);
    expect(last.filter((one) => memory.take(one, 0).found === 'nothing')).toEqual([]);
  }
  expect(ids.filter((id) => memory.take(id, 0).found !== 'nothing').length).toBeLessThanOrEqual(100);
});

test('rows are what is counted', () => {
  const { memory } = setUp(8);
  memory.remember('a', [1, 2, 3], 0);
  memory.remember('b', [1, 2, 3], 0);
  memory.remember('c', [1, 2, 3], 0);
  expect(['a', 'b', 'c'].map((id) => memory.take(id, 2).found)).toEqual(['nothing', 'prediction', 'prediction']);
});

test('a request of more than may be remembered makes nobody else be forgotten', () => {
  const { memory } = setUp();
  memory.remember('a', [1], 0);
  memory.remember('b', [1, 2, 3], 0);
  expect([memory.take('a', 0).found, memory.take('b', 0).found]).toEqual(['prediction', 'nothing']);
});

test('after its time a prediction is forgotten', () => {
  const { memory, clock } = setUp();
  memory.remember('a', [1], 0);
  clock.now = 999;
  expect(memory.take('a', 0).found).toBe('prediction');
  clock.now = 1000;
  expect(memory.take('a', 0).found).toBe('nothing');
});

test('an id that comes again takes the place of the first', () => {
  const { memory } = setUp();
  for (let i = 0; i < 100; i++) memory.remember('a', [i], 0);
  expect(memory.take('a', 0)).toEqual({ found: 'prediction', prediction: 99, variant: 0 });
});

test('requests without predictions take no place', () => {
  const { memory } = setUp();
  memory.remember('a', [1], 0);
  for (let i = 0; i < 100; i++) memory.remember(`empty-${i}`, [], 0);
  expect([memory.take('a', 0).found, memory.take('empty-1', 0).found]).toEqual(['prediction', 'nothing']);
});
