import { rangeBins } from '../../../runtime/features/drift/bins.ts';
import { edgesOf } from '../../../runtime/features/drift/edges.ts';

/** Edges of a column, and the share of each of its bins. */
function binned(values: readonly number[], single = false) {
  const sorted = Float64Array.from(values).sort();
  const edges = edgesOf(sorted, sorted[0] as number, sorted.at(-1) as number, single);
  const { labels, indexOf } = rangeBins(edges, single);
  const counts = new Map<string, number>();
  for (const value of sorted) {
    const label = labels[indexOf(value)] as string;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const shares = labels.slice(0, -3).map((label) => [label, (counts.get(label) ?? 0) / values.length] as const);
  return { edges, shares: Object.fromEntries(shares) };
}
const rising = (length: number, from = 1) => Array.from({ length }, (_, i) => from + i);

test('zeros that are most of an amount have a bin of their own, and the rest has its ranges', () => {
  const { edges, shares } = binned([...new Array<number>(600).fill(0), ...rising(400)]);
  expect(edges.slice(0, 3)).toEqual([0, 0, 45]);
  expect(shares['[0, 0]']).toBe(0.6);
  expect(Object.keys(shares)).toHaveLength(10);
  for (const share of Object.values(shares).slice(1)) expect(share).toBeCloseTo(0.4 / 9, 2);
});

test('a frequent value in the middle and one at the end', () => {
  const { edges, shares } = binned([
    ...rising(300),
    ...new Array<number>(200).fill(150.5),
    ...new Array<number>(500).fill(301),
  ]);
  expect(edges.filter((edge, i) => edge === edges[i - 1])).toEqual([150.5, 301]);
  expect([shares['[150.5, 150.5]'], shares['[301, 301]']]).toEqual([0.2, 0.5]);
  expect(Math.min(...Object.values(shares))).toBeGreaterThan(0);
});

test('a tenth is not more than a tenth', () => {
  const values = [...new Array<number>(100).fill(0), ...rising(900)];
  const { edges } = binned(values);
  expect(new Set(edges).size).toBe(edges.length);
  expect(binned([...values, 0, 0]).edges.slice(0, 2)).toEqual([0, 0]);
});

test('no range is empty but one between two frequent values, and no row is outside', () => {
  const columns = [
    [...new Array<number>(900).fill(0), ...rising(20)],
    [...new Array<number>(500).fill(7), ...new Array<number>(400).fill(8), ...rising(50, -20)],
    [...rising(12).flatMap((value) => new Array<number>(value).fill(value))],
    [...new Array<number>(150).fill(3), ...rising(1000).map((value) => value / 100)],
  ];
  for (const column of columns) {
    for (const single of [false, true]) {
      const { edges, shares } = binned(column.map(single ? Math.fround : Number), single);
      const isAlone = (bin: number) => edges[bin] === edges[bin + 1];
      const empty = Object.values(shares).flatMap((share, bin) => (share === 0 ? [bin] : []));
      expect(empty.filter((bin) => !(isAlone(bin - 1) && isAlone(bin + 1)))).toEqual([]);
      expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
  }
});

test('edges are written with as few digits as tell floats of 32 bits apart', () => {
  const values = [...new Array<number>(50).fill(0.1), ...rising(100).map((value) => value / 10 + 0.1)].map(Math.fround);
  expect(binned(values, true).edges.slice(0, 2)).toEqual([0.1, 0.1]);
});
