import { KINDS, parseNonFinite } from '../../runtime/inference/datatypes.ts';
import { fromHalf, toHalf } from '../../runtime/inference/float16.ts';

test.each([
  ['FP32', 1.5, 1.5],
  ['FP32', 3.5e38, undefined],
  ['FP32', Number.POSITIVE_INFINITY, undefined],
  ['FP32', '1', undefined],
  ['FP32', true, undefined],
  ['FP64', 1e308, 1e308],
  ['FP64', Number.NaN, undefined],
  ['INT8', -128, -128],
  ['INT8', 128, undefined],
  ['INT32', 1.5, undefined],
  ['UINT16', -1, undefined],
  ['INT64', 42, 42n],
  ['INT64', '9223372036854775807', 9223372036854775807n],
  ['INT64', '9223372036854775808', undefined],
  ['INT64', 2 ** 53, undefined],
  ['INT64', '1.5', undefined],
  ['UINT64', '18446744073709551615', 18446744073709551615n],
  ['UINT64', '-1', undefined],
  ['BOOL', true, 1],
  ['BOOL', 0, 0],
  ['BOOL', 2, undefined],
  ['BYTES', 'ü', 'ü'],
  ['BYTES', 'cut\0off', undefined],
  ['BYTES', '\ud800', undefined],
  ['BYTES', 5, undefined],
  ['FP16', 65504, 0x7bff],
  ['FP16', 65520, undefined],
  // Integers beyond 2^53, as bodies of models with 64-bit inputs bring them: each input takes what it can hold.
  ['INT64', 9007199254740993n, 9007199254740993n],
  ['INT64', 2n ** 63n, undefined],
  ['UINT64', 2n ** 64n - 1n, 2n ** 64n - 1n],
  ['UINT64', -9007199254740993n, undefined],
  ['FP64', 9007199254740993n, 9007199254740992],
  ['FP32', 9007199254740993n, 9007199254740992],
  ['FP16', 9007199254740993n, undefined],
  ['INT32', 9007199254740993n, undefined],
  ['BOOL', 9007199254740993n, undefined],
  ['BYTES', 9007199254740993n, undefined],
] as const)('%s takes %p as %p', (datatype, value, element) => {
  expect(KINDS[datatype].parse(value)).toEqual(element);
});

test('every half is read back to itself', () => {
  for (let half = 0; half <= 0xffff; half++) {
    const value = fromHalf(half);
    if (Number.isNaN(value)) expect(toHalf(value) & 0x7c00).toBe(0x7c00);
    else if (toHalf(value) !== half) throw new Error(`${half} became ${toHalf(value)}`);
  }
});

test.each([
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 ** -25, 0],
  [2 ** -25 * 1.01, 1],
  [65519, 0x7bff],
  [65520, 0x7c00],
  // Rounded to a single float on the way, these would lie in the middle, or beyond it.
  [1 + 2 ** -11 + 2 ** -40, 0x3c01],
  [-(1 + 2 ** -11 + 2 ** -40), 0xbc01],
  [1 + 3 * 2 ** -11 - 2 ** -40, 0x3c01],
  [65520 - 2 ** -30, 0x7bff],
  [Number.NaN, 0x7e00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [1e-320, 0],
  [1e308, 0x7c00],
])('%p is rounded to the nearest half, ties to even', (value, half) => {
  expect(toHalf(value)).toBe(half);
});

test('floats are written so that they are read back to the same float', () => {
  for (const value of [0.1, 1e-45, 3.4028234663852886e38, -0, 16777217]) {
    const float = Math.fround(value);
    const back = Math.fround(JSON.parse(KINDS.FP32.write(float)));
    expect(Object.is(back, float)).toBe(true);
  }
});

test('names of the prototype are not numbers', () => {
  expect(parseNonFinite('toString')).toBeUndefined();
  expect(parseNonFinite('NaN')).toBeNaN();
});
