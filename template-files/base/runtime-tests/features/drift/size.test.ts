import type { Column, Reference } from '../../../runtime/features/drift/reference.ts';
import { tooSmallFor } from '../../../runtime/features/drift/size.ts';

const number = (name: string, bins: number): Column => ({
  name,
  kind: 'number',
  edges: Array.from({ length: bins + 1 }, (_, i) => i),
  shares: new Array<number>(bins).fill(1 / bins),
});
const reference = (rows: number, ...features: Column[]): Reference => ({
  apiVersion: 'ml-serving/reference-v1',
  model: { version: '1.0.0', sha256: 'f'.repeat(64) },
  rows,
  features,
  outputs: [{ name: 'label', kind: 'label', categories: ['yes', 'no'], shares: [0.5, 0.5] }],
});

test.each([
  [60, ['ten'], ['two', 'label'], 86, 100],
  [86, [], ['ten', 'two', 'label'], 1, 298],
  [100, [], ['ten'], 1, 298],
  [298, [], [], 1, 1],
])('%d rows', (rows, any, slight, neededForAny, neededForSlight) => {
  const found = tooSmallFor(reference(rows, number('ten', 10), number('two', 2), number('one', 1)));
  expect(found.any.columns).toEqual(any);
  expect(found.slight.columns).toEqual(slight);
  expect([found.any.needed, found.slight.needed]).toEqual([neededForAny, neededForSlight]);
});

test('what it takes is enough', () => {
  for (const bins of [2, 3, 10, 50]) {
    const { any, slight } = tooSmallFor(reference(10, number('x', bins)));
    expect(tooSmallFor(reference(any.needed, number('x', bins))).any.columns).toEqual([]);
    expect(tooSmallFor(reference(any.needed - 2, number('x', bins))).any.columns).toContain('x');
    const enough = Math.max(any.needed, slight.needed);
    expect(tooSmallFor(reference(enough * 4, number('x', bins))).slight.columns).toEqual([]);
  }
});
