import { createIdTable } from '../../../runtime/features/feedback/id-table.ts';

test('as many ids as there is room for, each with its number, and none that was not given', () => {
  const table = createIdTable(5000);
  const ids = Array.from({ length: 5000 }, (_, i) => `request-${i}`);
  for (const [i, id] of ids.entries()) table.set(id, i);
  expect(ids.map((id) => table.get(id))).toEqual(ids.map((_, i) => i));
  expect(ids.filter((id) => table.get(`${id}x`) !== undefined || table.get(id.slice(1)) !== undefined)).toEqual([]);
});

test('an id that comes again gets the later number', () => {
  const table = createIdTable(2);
  table.set('a', 0);
  table.set('b', 1);
  table.set('a', 2);
  expect([table.get('a'), table.get('b'), table.get('')]).toEqual([2, 1, undefined]);
});

test('cleared, it knows nothing and takes as many again', () => {
  const table = createIdTable(3);
  for (const id of ['a', 'b', 'c']) table.set(id, 7);
  table.clear();
  expect(['a', 'b', 'c'].map(table.get)).toEqual([undefined, undefined, undefined]);
  for (const [i, id] of ['c', 'd', 'e'].entries()) table.set(id, i);
  expect(['a', 'c', 'd', 'e'].map(table.get)).toEqual([undefined, 0, 1, 2]);
});

test('ids that differ in one letter, or in the order of their letters, are different ids', () => {
  const letters = [...'abcdefgh'];
  const ids = letters.flatMap((x) => letters.flatMap((y) => letters.map((z) => `${x}${y}${z}`)));
  const table = createIdTable(ids.length);
  for (const [i, id] of ids.entries()) table.set(id, i);
  expect(ids.map((id) => table.get(id))).toEqual(ids.map((_, i) => i));
});
