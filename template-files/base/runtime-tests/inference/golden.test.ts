import { compare, parseGolden } from '../../runtime/inference/golden.ts';

test('numbers agree within the tolerance, relative beyond 1', () => {
  expect(compare({ value: 1 }, { value: 1.000001 }, 1e-5)).toMatchObject({ agrees: true });
  expect(compare({ value: 200000 }, { value: 200001 }, 1e-5)).toMatchObject({ agrees: true, maxAbsDiff: 1 });
  expect(compare({ value: 0.5 }, { value: 0.6 }, 1e-5)).toMatchObject({ agrees: false });
});

test.each([
  [1, 1e-5],
  [200_000, 2],
  [-200_000, 2],
  [0.001, 1e-5],
])('around %p the tolerance is %p, and no more', (value, tolerance) => {
  expect(compare(value, value + 0.9 * tolerance, 1e-5).agrees).toBe(true);
  expect(compare(value, value + 1.5 * tolerance, 1e-5).agrees).toBe(false);
});

test.each([
  [{ label: 'a' }, { label: 'b' }, '/label: expected "a", found "b"'],
  [{ a: 1 }, { a: 1, b: 2 }, '/b'],
  [[1, 2], [1], '/1'],
  [{ a: 1 }, null, 'the prediction'],
  [{ a: 1 }, { a: null }, '/a: expected 1, found null'],
  [{ a: [] }, { a: {} }, '/a'],
])('%j and %j differ', (expected, actual, place) => {
  const result = compare(expected, actual, 1e-5);
  expect(result.agrees).toBe(false);
  expect(result.difference).toContain(place);
});

test.each([
  '',
  '[]',
  '{}',
  '{"tolerance":1,"samples":[]}',
  '{"tolerance":-1,"samples":[{"instance":1,"prediction":1}]}',
  '{"tolerance":1,"samples":[{"prediction":1}]}',
])('a golden file of %p is refused', (text) => {
  expect(() => parseGolden(text, 'golden.json')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

test('a sample without an answer is a question, and no golden sample yet', () => {
  const read = (samples: object[]) => parseGolden(JSON.stringify({ tolerance: 1, samples }), 'golden.json');
  expect(read([{ instance: 1 }])).toMatchObject({ all: [{ instance: 1 }], golden: undefined });
  const answered = { instance: 2, prediction: 3 };
  expect(read([{ instance: 1 }, answered]).golden).toEqual({ tolerance: 1, samples: [answered] });
});

test('a byte order mark before the file is no part of it', () => {
  const text = '{"tolerance":0,"samples":[{"instance":[1],"prediction":2}]}';
  expect(parseGolden(`\ufeff${text}`, 'golden.json')).toEqual(parseGolden(text, 'golden.json'));
});

test('what is no JSON is quoted once', () => {
  expect(() => parseGolden('{"a":x}', 'golden.json')).toThrow(
    'golden.json: not JSON: Unexpected token \'x\' near {"a":x}',
  );
});
