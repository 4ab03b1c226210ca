import { summaryOf } from '../../../runtime/features/drift/summary.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test('the histogram has bins of equal width, and its shares with the tails sum to 1', () => {
  const summary = summaryOf(upTo(10_000), 0, 9999);
  expect(summary).toMatchObject({ min: 0, p5: 500, median: 5000, p95: 9500, max: 9999 });
  const { from, to, shares, outside } = summary?.histogram ?? { from: 0, to: 0, shares: [], outside: 0 };
  expect([from, to, shares.length]).toEqual([50, 9950, 30]);
  expect(shares.reduce((sum, share) => sum + share, outside)).toBeCloseTo(1, 9);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(0.001);
});

test('one far value is outside, and leaves the others their bins', () => {
  const { min, max, histogram } = summaryOf([...upTo(1000), 1e9], 0, 1e9) ?? { histogram: undefined };
  expect([min, max, histogram?.to]).toEqual([0, 1e9, 995]);
  expect(histogram?.outside).toBeCloseTo(10 / 1001, 6);
});

test('a constant is one bin, and no value has no summary', () => {
  expect(summaryOf([7, 7, 7], 7, 7)?.histogram).toEqual({ from: 7, to: 7, shares: [1], outside: 0 });
  expect(summaryOf([], Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBeUndefined();
});
