import { toInstances } from '../../runtime/cli/instances.ts';

test.each([
  ['one object', { a: 1 }, [{ a: 1 }]],
  ['one row', [1, 2], [[1, 2]]],
  ['a list of objects', [{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 2 }]],
  ['a list of rows', [[1], [2]], [[1], [2]]],
  ['the body of a request', { instances: [[1]] }, [[1]]],
  ['one bare value', 5, [5]],
  ['null', null, [null]],
])('%s', (_, value, instances) => {
  expect(toInstances(value)).toEqual(instances);
});
