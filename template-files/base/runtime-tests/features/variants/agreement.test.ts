import { createAgree, createDifference } from '../../../runtime/features/variants/agreement.ts';
import { serving } from '../../helpers/serving.ts';

const rows = (data: Float32Array, width: number, firstRow = 0) => [
  {
    outputs: [{ dims: [data.length / width, width], data }],
    firstRow,
    rows: data.length / width - firstRow,
    queuedMs: 0,
    runMs: 0,
  },
];
const classes = createAgree(serving(), 0.01);
const amounts = createAgree(serving({ outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }] }), 0.01);

test.each([
  ['the same class', [0.9, 0.1], [0.6, 0.4], true],
  ['another class', [0.9, 0.1], [0.4, 0.6], false],
])('%s', (_what, main, candidate, agrees) => {
  expect(classes([0], rows(Float32Array.from(main), 2), rows(Float32Array.from(candidate), 2))).toBe(agrees);
});

test.each([
  ['close', 1, 1.009, true],
  ['close for its size', 1000, 1009, true],
  ['not close', 1, 1.02, false],
  ['neither a number', Number.NaN, Number.NaN, true],
  ['one of them a number', 1, Number.NaN, false],
])('%s', (_what, main, candidate, agrees) => {
  expect(amounts([0], rows(Float32Array.of(main), 1), rows(Float32Array.of(candidate), 1))).toBe(agrees);
});

test('labels that do not exclude each other agree where the same ones apply', () => {
  const labels = { ...serving().outputs[0], multiLabel: true } as const;
  const agree = createAgree(serving({ outputs: [labels] as never }), 0.01);
  const of = (...values: number[]) => rows(Float32Array.from(values), 2);
  expect(agree([0], of(0.9, 0.6), of(0.6, 0.9))).toBe(true);
  expect(agree([0], of(0.9, 0.6), of(0.9, 0.4))).toBe(false);
  const logits = createAgree(serving({ outputs: [{ ...labels, activation: 'sigmoid' }] as never }), 0.01);
  expect(logits([0], of(0.1, -3), of(9, -0.1))).toBe(true);
  expect(logits([0], of(0.1, -3), of(-0.1, -3))).toBe(false);
});

test('rows are found in the runs that they shared with others', () => {
  const main = rows(Float32Array.of(9, 9, 5), 1, 2);
  expect(amounts([0], main, rows(Float32Array.of(5), 1))).toBe(true);
  expect(amounts([0], main, rows(Float32Array.of(9), 1))).toBe(false);
});

test('versions that ran the same rows in other parts agree row by row', () => {
  const values = [1, 2, 3, 4, 5];
  const whole = rows(Float32Array.from(values), 1);
  const parts = [...rows(Float32Array.of(1, 2, 3), 1), ...rows(Float32Array.of(9, 4, 5), 1, 1)];
  expect(amounts([0], parts, whole)).toBe(true);
  expect(amounts([0], whole, parts)).toBe(true);
  expect(amounts([0], parts, rows(Float32Array.of(1, 2, 3, 4, 6), 1))).toBe(false);
  expect(amounts([0], parts, rows(Float32Array.from(values.slice(1)), 1))).toBe(false);
});

test('the largest difference is that of any number in any row', () => {
  const of = createDifference(serving());
  const pairs = (...values: number[]) => rows(Float32Array.from(values), 2);
  expect(of([0], pairs(0.5, 0.5, 1, 0), pairs(0.5, 0.5, 0.75, 0.25))).toBe(0.25);
  expect(of([0], pairs(0.5, 0.5), pairs(0.5, 0.5))).toBe(0);
  // Neither NaN nor another number of rows can be compared.
  expect(of([0], pairs(Number.NaN, 1), pairs(0, 0.5))).toBe(0.5);
  expect(of([0], pairs(0.5, 0.5), pairs(0.5, 0.5, 1, 0))).toBeUndefined();
  const texts = serving({ outputs: [{ name: 't', datatype: 'BYTES', shape: [-1, 1] }] });
  const text = (value: string) => [
    { outputs: [{ dims: [1, 1], data: [value] }], firstRow: 0, rows: 1, queuedMs: 0, runMs: 0 },
  ];
  expect(createDifference(texts)([0], text('a'), text('b'))).toBeUndefined();
});
