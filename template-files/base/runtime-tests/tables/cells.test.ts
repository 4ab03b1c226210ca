import { type CellColumn, columnsOf, createToInstance, toValue } from '../../runtime/tables/cells.ts';
import { serving } from '../helpers/serving.ts';

const column = (datatype: CellColumn['datatype'], nullable = false): CellColumn => ({ datatype, nullable });

test.each<[string, CellColumn | undefined, unknown]>([
  [' 1.5e1 ', column('FP32'), 15],
  ['+7', column('INT32'), 7],
  ['+9007199254740993', column('INT64'), 9007199254740993n],
  ['1'.repeat(30), column('INT64'), '1'.repeat(30)],
  ['1', column('BOOL'), true],
  ['much', column('FP64'), 'much'],
  ['', column('FP32'), null],
  ['NaN', column('FP32'), 'NaN'],
  ['', column('FP32', true), null],
  ...['NaN', 'nan', 'NA', ' n/a ', 'null', 'None'].map((cell): [string, CellColumn, null] => [
    cell,
    column('FP32', true),
    null,
  ]),
  ['', column('BYTES'), ''],
  ['', column('BYTES', true), null],
  ['NA', column('BYTES', true), 'NA'],
  ['12.50', undefined, 12.5],
  [' -3e2', undefined, -300],
  ['9007199254740993', undefined, '9007199254740993'],
  ['0123', undefined, '0123'],
  ['12 mm', undefined, '12 mm'],
  ['', undefined, ''],
  ['.5', column('FP32'), 0.5],
  ['5.', column('FP32'), 5],
  ['1.2.3', column('FP32'), '1.2.3'],
])('%j in %j is %j', (text, of, value) => {
  expect(toValue(text, of)).toBe(value);
});

test('the key of a row is a text, whatever it looks like', () => {
  const toInstance = createToInstance(serving(), ['id', 'a', 'b', 'width_mm'], 'id', false);
  expect(toInstance(['7', '1', '2', '30'])).toEqual({ id: '7', a: 1, b: 2, width_mm: 30 });
});

test('the columns of a table are those of the inputs', () => {
  expect([...columnsOf(serving())]).toEqual([
    ['a', { datatype: 'FP32', nullable: false }],
    ['b', { datatype: 'FP32', nullable: false }],
  ]);
});

test('what keeps a model from taking a table is said', () => {
  const bare = serving({ inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }] });
  expect(() => columnsOf(bare)).toThrow('a tabular-classification model without columns takes no CSV');
  const label = { name: 'label', datatype: 'INT64', shape: [1, -1] } as const;
  const whole = serving({ outputs: [label, ...serving().outputs] });
  expect(() => columnsOf(whole)).toThrow('whole tensors, not rows (in serving.yaml "label" is [1, -1]), takes no CSV');
});
