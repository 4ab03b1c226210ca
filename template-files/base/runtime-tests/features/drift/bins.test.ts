import { categoryBins, labelBins, MAX_CATEGORIES, rangeBins } from '../../../runtime/features/drift/bins.ts';

const binOf = ({ labels, indexOf }: ReturnType<typeof rangeBins>, value: number | string) => labels[indexOf(value)];

test.each([
  [0.1, '[0.1, 0.5)'],
  [0.49, '[0.1, 0.5)'],
  [0.5, '[0.5, 2)'],
  [2, '[2, 3]'],
  [3, '[2, 3]'],
  [0.0999, '_below'],
  [3.001, '_above'],
  [Number.NaN, '_missing'],
  [Number.POSITIVE_INFINITY, '_missing'],
])('%p is in %s', (value, label) => {
  expect(binOf(rangeBins([0.1, 0.5, 2, 3], false), value)).toBe(label);
});

test('an edge is compared as the float it was read from', () => {
  const edges = [0.1, 0.3, 0.7];
  expect(binOf(rangeBins(edges, true), Math.fround(0.1))).toBe('[0.1, 0.3)');
  expect(binOf(rangeBins(edges, true), Math.fround(0.3))).toBe('[0.3, 0.7]');
  expect(binOf(rangeBins(edges, true), Math.fround(0.7))).toBe('[0.3, 0.7]');
});

test('floats of 32 bits that are an edge are in its bin, though they are less or more than what is written', () => {
  const edges = [0.7, 0.9, 1.1];
  expect(edges.map((edge) => Math.sign(Math.fround(edge) - edge))).toEqual([-1, -1, 1]);
  const bins = rangeBins(edges, true);
  expect(edges.map((edge) => binOf(bins, Math.fround(edge)))).toEqual(['[0.7, 0.9)', '[0.9, 1.1]', '[0.9, 1.1]']);
});

test('a bin of one value', () => {
  const bins = rangeBins([1, 2, 2], false);
  expect([1, 1.9, 2, 2.1].map((value) => binOf(bins, value))).toEqual(['[1, 2)', '[1, 2)', '[2, 2]', '_above']);
});

test('a category of the name of a special bin keeps apart from it', () => {
  const bins = categoryBins(['red', '_other']);
  expect(['red', '_other', 'blue', ''].map((value) => binOf(bins, value))).toEqual([
    'red',
    '__other',
    '_other',
    '_missing',
  ]);
});

test('of very many classes the last ones share a bin', () => {
  const bins = labelBins(Array.from({ length: 1000 }, (_, i) => `c${i}`));
  expect(bins.labels).toHaveLength(MAX_CATEGORIES + 1);
  expect([0, 49, 50, 999].map((value) => binOf(bins, value))).toEqual(['c0', 'c49', '_other', '_other']);
});

test('a value with a bin of its own among ranges is in none of them', () => {
  const bins = rangeBins([-1, 0, 0, 0.5, 2], false);
  const values = [-1, -0.01, 0, -0, Number.MIN_VALUE, 0.49, 0.5, 2, 2.1];
  expect(values.map((value) => binOf(bins, value))).toEqual([
    '[-1, 0)',
    '[-1, 0)',
    '[0, 0]',
    '[0, 0]',
    '(0, 0.5)',
    '(0, 0.5)',
    '[0.5, 2]',
    '[0.5, 2]',
    '_above',
  ]);
  const ends = rangeBins([0, 0, 1, 5, 5], false);
  expect([0, 0.5, 1, 5].map((value) => binOf(ends, value))).toEqual(['[0, 0]', '(0, 1)', '[1, 5)', '[5, 5]']);
});
