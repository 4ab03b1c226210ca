import { createByteBudget } from '../../runtime/http/byte-budget.ts';

test('a budget can be filled to the last byte, not beyond, and what is given back can be taken again', () => {
  const budget = createByteBudget(10);
  expect([budget.take(4), budget.has(6), budget.has(7), budget.take(7)]).toEqual([true, true, false, false]);
  // What found no place has taken none.
  expect([budget.take(6), budget.has(0), budget.take(1)]).toEqual([true, true, false]);
  budget.give(4);
  expect([budget.take(4), budget.take(1)]).toEqual([true, false]);
});
