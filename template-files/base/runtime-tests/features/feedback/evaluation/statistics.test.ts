import {
  createClusteredMean,
  effectiveRows,
  meanDifference,
  rowsMissing,
  shareDifference,
  wilson,
} from '../../../../runtime/features/feedback/evaluation/statistics.ts';

const rounded = ({ lower, upper }: { lower: number; upper: number }) => [lower, upper].map((one) => one.toFixed(4));

test.each([
  [81, 263, ['0.2553', '0.3662']],
  [15, 148, ['0.0624', '0.1605']],
  [0, 20, ['0.0000', '0.1611']],
])('Wilson’s interval of %i in %i is that of Newcombe (1998)', (k, n, interval) => {
  expect(rounded(wilson(k / n, n))).toEqual(interval);
});

test('the difference of 56/70 and 48/80 is that of Newcombe (1998), method 10', () => {
  expect(rounded(shareDifference(wilson(56 / 70, 70), wilson(48 / 80, 80)))).toEqual(['0.0524', '0.3339']);
});

test('rows of one request are not independent, and tell as much as fewer rows', () => {
  const [alone, together] = [createClusteredMean(), createClusteredMean()];
  for (let i = 0; i < 1000; i++) {
    alone.add(`${i}`, Number(i % 4 < 3));
    // Ten rows of a request are all right or all wrong.
    together.add(`${Math.floor(i / 10)}`, Number(Math.floor(i / 10) % 4 < 3));
  }
  expect(alone.mean().mean).toBe(0.75);
  expect(effectiveRows(alone.mean())).toBeCloseTo(999, 0);
  expect(effectiveRows(together.mean())).toBeCloseTo(99, 0);
});

test('the difference of means, and the rows that are missing', () => {
  const main = { rows: 1000, mean: 2, meanVariance: 1 / 1000 };
  const candidate = { rows: 600, mean: 1.8, meanVariance: 0.76 / 600 };
  expect(rounded(meanDifference(candidate, main))).toEqual(['-0.2933', '-0.1067']);
  // (1.96 + 0.84)^2 (0.76 + 0.6) / 0.1^2 - 600
  expect(rowsMissing(candidate, main, 0.1)).toBe(468);
  expect(rowsMissing(candidate, main, 0.2)).toBe(0);
});
