import { createRedact, type Names } from '../../../runtime/features/prediction-log/redact.ts';

const COLUMNS = ['name', 'age', 'income'];
const TABLE: Names = {
  covers: new Map([...COLUMNS.map((name): [string, string[]] => [name, [name]]), ['x', ['x', ...COLUMNS]]]),
  row: COLUMNS,
  parts: new Map([['x', COLUMNS]]),
  single: 'x',
};
const TENSOR: Names = { covers: new Map([['x', ['x']]]), row: [], parts: new Map(), single: 'x' };
const plain = { remove: [], hash: [], salt: 'a salt of the tests', hooked: false };

test('fields are removed or hashed, in objects and in lists', () => {
  const redact = createRedact({ ...plain, remove: ['income'], hash: ['name'] }, TABLE);
  const [asObject, asList] = [{ name: 'Ann', age: 30, income: 1 }, ['Ann', 30, 1]].map((row) => redact?.(row));
  const { name } = asObject as { name: string };
  expect(name).toMatch(/^hmac:[0-9a-f]{32}$/);
  expect(asObject).toEqual({ name, age: 30, income: '[redacted]' });
  expect(asList).toEqual([name, 30, '[redacted]']);
});

test('what is to be removed and hashed is removed, whichever of its names says so', () => {
  for (const remove of [['name'], ['x']]) {
    const redact = createRedact({ ...plain, remove, hash: ['name', 'x'] }, TABLE);
    expect(redact?.(['Ann', 30, 1])).toContain('[redacted]');
    expect(redact?.({ name: 'Ann' })).toEqual({ name: '[redacted]' });
  }
});

test('a hash needs its key', () => {
  const hashOf = (salt: string, value: unknown) => createRedact({ ...plain, hash: ['x'], salt }, TENSOR)?.(value);
  expect(hashOf('one', 'Ann')).toBe(hashOf('one', 'Ann'));
  expect(hashOf('one', 'Ann')).not.toBe(hashOf('another', 'Ann'));
  expect(hashOf('one', 'Ann')).not.toBe(hashOf('one', 'Bob'));
});

test('what cannot be told apart is left out as a whole', () => {
  const redact = createRedact({ ...plain, remove: ['income'] }, TABLE);
  const shorter = ['Ann', 30];
  const longer = ['Ann', 30, 1, 1];
  const nested = [['Ann', 30, 1], ['Bob', 31, 2], []];
  for (const row of [shorter, longer, nested, 'Ann']) expect(redact?.(row)).toBe('[redacted]');
  const several = createRedact({ ...plain, remove: ['x'] }, { ...TENSOR, single: undefined });
  expect(several?.([1, 2])).toBe('[redacted]');
});

test('columns are told apart within their input', () => {
  const redact = createRedact({ ...plain, remove: ['income'] }, TABLE);
  expect(redact?.({ x: ['Ann', 30, 1], y: 2 })).toEqual({ x: ['Ann', 30, '[redacted]'], y: 2 });
  expect(redact?.({ x: ['Ann', 30, 1, 'Bob', 31, 2] })).toEqual({ x: '[redacted]' });
});

test('bytes are one value', () => {
  const redact = createRedact({ ...plain, remove: ['x'] }, TENSOR);
  expect(redact?.(Buffer.from('a picture'))).toBe('[redacted]');
});

describe('with a preprocess hook', () => {
  const hooked = (remove: string[], names = TABLE) => createRedact({ ...plain, remove, hooked: true }, names);

  test('fields of clients are theirs to name, also deeper down', () => {
    const redact = hooked(['ssn']);
    const person = { ssn: 'secret', home: { ssn: 'secret', city: 'Bern' }, all: [{ ssn: 'secret' }] };
    expect(redact?.(person)).toEqual({
      ssn: '[redacted]',
      home: { ssn: '[redacted]', city: 'Bern' },
      all: [{ ssn: '[redacted]' }],
    });
  });

  test('what has none of the named fields may have them under another name', () => {
    expect(hooked(['text'], TENSOR)?.({ document: 'a secret' })).toBe('[redacted]');
    expect(hooked(['income'])?.({ salary: 1 })).toBe('[redacted]');
  });

  test('where a field of the hook is named, tensors and lists are left out', () => {
    for (const instance of [['Ann', 30, 1], 'Ann', { x: ['Ann', 30, 1] }]) {
      expect(hooked(['ssn'])?.(instance)).toBe('[redacted]');
    }
    expect(hooked(['income'])?.(['Ann', 30, 1])).toEqual(['Ann', 30, '[redacted]']);
  });
});

test('without fields there is nothing to do', () => {
  expect(createRedact(plain, TABLE)).toBeUndefined();
});
