import { rules } from '../../runtime/contract/rules.ts';
import type { Datatype, Feature } from '../../runtime/contract/serving.ts';
import { instanceSchema } from '../../runtime/http/openapi/schemas.ts';
import { createEncoder } from '../../runtime/inference/preprocess/encoder.ts';
import type { Block } from '../../runtime/inference/tensor.ts';
import { instanceOf } from '../../runtime/inference/trial/blocks.ts';
import { columnsOf, toValue } from '../../runtime/tables/cells.ts';
import { serving } from '../helpers/serving.ts';

const contractOf = (feature: Omit<Feature, 'name'>, datatype: Datatype = 'FP32') =>
  serving({ inputs: [{ name: 'x', datatype, shape: [-1, 1], features: [{ name: 'a', ...feature }] }] });

/** What the model gets for values of one column, and what is counted. */
function read(values: readonly unknown[], feature: Omit<Feature, 'name'>, datatype: Datatype = 'FP32') {
  const counted: string[] = [];
  const encode = createEncoder(contractOf(feature, datatype), (_, reason) => counted.push(reason));
  const rows = values.map((value) => (value === undefined ? {} : { a: value }));
  const blocks = encode(rows) as readonly Block[];
  return { data: Array.from(blocks[0]?.tensors[0]?.data as ArrayLike<unknown>), counted };
}

test('a text that is missing and an empty one are told apart where that is declared', () => {
  const values = ['', null, undefined, 'red'];
  expect(read(values, { missing: 'nan' }, 'BYTES').data).toEqual(['', 'nan', 'nan', 'red']);
  expect(read(values, { nullable: true }, 'BYTES').data).toEqual(['', '', '', 'red']);
});

test.each<[Datatype, number, unknown]>([
  ['FP32', -1, -1],
  ['FP16', -1, 0xbc00],
  ['INT32', -9, -9],
  ['INT64', -9, -9n],
])('a missing %s is the number that training had', (datatype, missing, element) => {
  expect(read([null, undefined], { missing }, datatype)).toEqual({
    data: [element, element],
    counted: ['missing', 'missing'],
  });
});

describe('categories as codes', () => {
  const sizes = { categories: ['small', 'large'], encode: 'ordinal' } as const;

  test('the place in the list, and what is unknown or missing where that is declared', () => {
    const values = ['large', 'small', 'huge', null];
    expect(read(values, { ...sizes, unknown: -1, missing: -2 })).toEqual({
      data: [1, 0, -1, -2],
      counted: ['unseen_category', 'missing'],
    });
    expect(read(['large'], sizes, 'INT64').data).toEqual([1n]);
  });

  test.each(['huge', 1, null, '', 'toString'])('%j is refused where nothing is declared for it', (value) => {
    expect(() => read([value], sizes)).toThrow('instances[0].a: expected one of small, large');
  });

  test('a declared code of unknown texts is no reason to refuse', () => {
    const contract = contractOf({ ...sizes, unknown: -1 });
    const inputs = contract.inputs.map((input) => ({ ...input, outOfRange: 'refuse' as const }));
    const blocks = createEncoder({ ...contract, inputs }, () => {})([{ a: 'huge' }]) as readonly Block[];
    expect(Array.from(blocks[0]?.tensors[0]?.data as Float32Array)).toEqual([-1]);
  });
});

describe('dates', () => {
  test.each<[string, Feature['date'], number]>([
    ['1970-01-02', 'days', 1],
    ['1970-01-01T12:00', 'days', 0.5],
    ['2026-01-31', 'days', 20484],
    ['2000-02-29T00:00:01Z', 'seconds', 951782401],
    ['1970-01-01T02:00:00.5+02:00', 'milliseconds', 500],
    ['1969-12-31 23:59:59-0030', 'seconds', 1799],
    ['0001-01-01', 'days', -719162],
  ])('%s in %s is %p', (text, date, number) => {
    expect(read([text], { date: date as 'days' }, 'FP64').data).toEqual([number]);
  });

  test('integers are rounded down, and another day may be 0', () => {
    expect(read(['1969-12-31T12:00', '1970-01-01T23:59'], { date: 'days' }, 'INT64').data).toEqual([-1n, 0n]);
    // Python's date.toordinal(): 1 is the first day of the year 1.
    expect(read(['2026-01-31'], { date: 'days', since: '0001-01-01' }, 'INT32').data).toEqual([739646]);
  });

  test.each(['2026-02-30', '2026-13-01', '31.01.2026', '2026-01-31T24:00', 1769817600, '', true])(
    '%j is refused',
    (value) => {
      expect(() => read([value], { date: 'days' })).toThrow('instances[0].a: expected a date such as "2026-01-31"');
    },
  );
});

test('a cell of a CSV file is a text in such columns, and an empty one is missing', () => {
  const cell = (text: string, feature: Omit<Feature, 'name'>) => toValue(text, columnsOf(contractOf(feature)).get('a'));
  expect(cell('2026-01-31', { date: 'days' })).toBe('2026-01-31');
  expect(cell('7', { encode: 'ordinal', categories: ['7'] })).toBe('7');
  expect(cell('', { encode: 'ordinal', categories: ['7'], missing: -1 })).toBeNull();
  expect(cell('NaN', { missing: -1 })).toBeNull();
});

test('the interface says texts, and what may be missing', () => {
  const schema = (feature: Omit<Feature, 'name'>) => JSON.stringify(instanceSchema(contractOf(feature)));
  expect(schema({ encode: 'ordinal', categories: ['s', 'l'] })).toContain('{"a":{"type":"string","enum":["s","l"]');
  expect(schema({ date: 'days', missing: 0 })).toMatch(
    /"a":\{"anyOf":\[\{"type":"string","examples":\["2026-01-31"\].*\{"type":"null"\}/,
  );
});

test('a request that a trial made up is one that clients can send', () => {
  const block = { rows: 1, key: '', tensors: [{ dims: [1, 1], data: Float32Array.of(1) }] };
  expect(instanceOf(contractOf({ encode: 'ordinal', categories: ['s', 'l'] }), block)).toEqual({ a: 'l' });
  expect(instanceOf(contractOf({ date: 'days' }), block)).toEqual({ a: '1970-01-02T00:00:00.000Z' });
});

test.each<[string, Omit<Feature, 'name'>, Datatype]>([
  ['missing', { missing: 'nan' }, 'FP32'],
  ['missing', { missing: 1 }, 'BYTES'],
  ['missing', { missing: -1 }, 'UINT8'],
  ['missing', { missing: 0.5 }, 'INT32'],
  ['encode', { encode: 'ordinal' }, 'FP32'],
  ['encode', { encode: 'ordinal', categories: ['a'] }, 'BYTES'],
  ['unknown', { unknown: -1 }, 'FP32'],
  ['date', { date: 'days' }, 'BYTES'],
  ['since', { since: '1970-01-01' }, 'FP32'],
])('%s that a column cannot have is refused: %j of %s', (key, feature, datatype) => {
  const fields = rules.flatMap((rule) => rule(contractOf(feature, datatype))).map(({ field }) => field);
  expect(fields).toContain(`inputs[0].features[0].${key}`);
});
