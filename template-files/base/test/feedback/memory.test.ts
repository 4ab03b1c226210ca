import { createMemory } from '../../src/feedback/memory.ts';

function setUp(maxPredictions = 4, ttlMs = 1000) {
  const clock = { now: 0 };
  return { clock, memory: createMemory({ maxPredictions, ttlMs, now: () => clock.now }) };
}

test('each prediction is given once', () => {
  const { memory } = setUp();
  memory.remember('a', [1, 0]);
  expect(memory.take('a', 1)).toEqual({ found: 'prediction', prediction: 0 });
  expect(memory.take('a', 1)).toEqual({ found: 'taken' });
  expect(memory.take('a', 0)).toEqual({ found: 'prediction', prediction: 1 });
  expect(memory.take('a', 2)).toEqual({ found: 'nothing' });
  expect(memory.take('b', 0)).toEqual({ found: 'nothing' });
});

test('the oldest are forgotten when there are too many, rows counted', () => {
  const { memory } = setUp();
  memory.remember('a', [1]);
  memory.remember('b', [1, 2]);
  memory.remember('c', [1, 2]);
  expect(['a', 'b', 'c'].map((id) => memory.take(id, 0).found)).toEqual(['nothing', 'prediction', 'prediction']);
  memory.remember('d', [1, 2, 3, 4]);
  expect(['b', 'c', 'd'].map((id) => memory.take(id, 1).found)).toEqual(['nothing', 'nothing', 'prediction']);
});

test('a request of more than may be remembered makes nobody else be forgotten', () => {
  const { memory } = setUp();
  memory.remember('a', [1]);
  memory.remember('b', [1, 2, 3, 4, 5]);
  expect([memory.take('a', 0).found, memory.take('b', 0).found]).toEqual(['prediction', 'nothing']);
});

test('after its time a prediction is forgotten', () => {
  const { memory, clock } = setUp();
  memory.remember('a', [1]);
  clock.now = 999;
  expect(memory.take('a', 0).found).toBe('prediction');
  clock.now = 1000;
  expect(memory.take('a', 0).found).toBe('nothing');
});

test('an id that comes again takes the place of the first', () => {
  const { memory } = setUp();
  for (let i = 0; i < 100; i++) memory.remember('a', [i]);
  memory.remember('b', [7, 7, 7]);
  expect(memory.take('a', 0)).toEqual({ found: 'prediction', prediction: 99 });
});
