import { edgesOf } from '../../../runtime/features/drift/edges.ts';
import { createReservoir } from '../../../runtime/features/drift/reservoir.ts';

function sampleOf(values: Iterable<number>, capacity: number, seed?: number) {
  const reservoir = createReservoir(capacity, seed);
  for (const value of values) reservoir.add(value);
  return reservoir.sorted();
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test('what fits is kept as it is', () => {
  expect([...sampleOf([3, 1, 2], 5)]).toEqual([1, 2, 3]);
});

test('of a long stream, sorted at that, every part has its share', () => {
  const sample = sampleOf(upTo(200_000), 10_000);
  expect(sample).toHaveLength(10_000);
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = sample.filter((value) => Math.floor(value / 20_000) === tenth).length / 10_000;
    // Five standard deviations of a binomial of 10,000 and 0.1.
    expect(Math.abs(share - 0.1)).toBeLessThan(0.015);
  }
});

test('each of a few has the same chance to be kept', () => {
  const times = 3000;
  const kept = [0, 0, 0];
  for (let seed = 1; seed <= times; seed++) {
    const [value = 0] = sampleOf(upTo(3), 1, seed);
    kept[value] = (kept[value] ?? 0) + 1;
  }
  // Five standard deviations of a binomial of 3000 and a third.
  for (const count of kept) expect(Math.abs(count / times - 1 / 3)).toBeLessThan(0.043);
});

test('the same stream gives the same sample, another seed another', () => {
  expect(sampleOf(upTo(5000), 100)).toEqual(sampleOf(upTo(5000), 100));
  expect(sampleOf(upTo(5000), 100)).not.toEqual(sampleOf(upTo(5000), 100, 2));
});

test('ten ranges of about equal shares', () => {
  const sorted = Float64Array.from(upTo(1000));
  expect(edgesOf(sorted, 0, 999, false)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 999]);
});

test.each([
  ['few values have a bin each', [1, 1, 1, 2, 2, 5], [1, 2, 5, 5]],
  ['a constant is a bin', [7, 7, 7], [7, 7]],
])('%s', (_what, values, edges) => {
  const sorted = Float64Array.from(values);
  expect(edgesOf(sorted, values[0] ?? 0, values.at(-1) ?? 0, false)).toEqual(edges);
});

test('a value that is half of all has a bin of its own, and does not make empty bins', () => {
  const sorted = Float64Array.from([...new Array(500).fill(0), ...upTo(500).map((i) => i + 1)]);
  const edges = edgesOf(sorted, 0, 500, false);
  expect(edges).toEqual([0, 0, 56, 112, 167, 223, 278, 334, 389, 445, 500]);
});

test('floats of 32 bits are written with as few digits as tell them apart', () => {
  const sorted = Float32Array.from([0.1, 0.2, 0.3]);
  expect(edgesOf(Float64Array.from(sorted), sorted[0] ?? 0, sorted[2] ?? 0, true)).toEqual([0.1, 0.2, 0.3, 0.3]);
});
