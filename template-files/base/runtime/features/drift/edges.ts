/** Ranges of a numeric column. Ten as in most work on the population stability index: fewer hide shifts, more are noise. */
const RANGES = 10;

/**
 * The edges of bins for sorted values: one bin for each value where there are few, else bins of about equal shares. A value with
 * more than a tenth of the rows (the zeros of an amount that is mostly zero) has a bin of its own: its edge is there twice.
 * @param single the values are floats of 32 bits: edges are written with as few digits as tell them apart
 */
export function edgesOf(sorted: Float64Array, min: number, max: number, single: boolean): number[] {
  const write = (edge: number): number => (single ? shortest(edge) : edge);
  const distinct = distinctUpTo(sorted, RANGES);
  if (distinct) {
    const edges = rising([min, ...distinct, max].map(write));
    // A bin of the last value alone, where each value has its own, and where there is but one.
    return [...edges, edges.at(-1) as number];
  }
  const frequent = frequentOf(sorted);
  const others = frequent.length === 0 ? sorted : sorted.filter((value) => !frequent.includes(value));
  const inner = quantiles(others, RANGES - frequent.length);
  const alone = new Set(frequent);
  const edges = rising(Float64Array.from([min, ...inner, ...frequent, max]).sort());
  const doubled = edges.flatMap((edge) => (alone.has(edge) ? [edge, edge] : [edge]));
  return withoutEmpty(doubled, others, min, max).map(write);
}

/** An edge between a frequent value and the next one above it would leave a bin that no row is in. */
function withoutEmpty(edges: readonly number[], others: Float64Array, min: number, max: number): number[] {
  return edges.filter((edge, i) => {
    const before = edges[i - 1];
    const isDoubled = edge === before || edge === edges[i + 1];
    if (isDoubled || before === undefined || edge === min || edge === max) return true;
    const isAfterFrequent = before === edges[i - 2];
    return !isAfterFrequent || others.some((value) => value > before && value < edge);
  });
}

/** Values that more than a tenth of the rows have, in rising order; at most nine. */
function frequentOf(sorted: Float64Array): number[] {
  const found: number[] = [];
  let first = 0;
  for (let i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && sorted[i] === sorted[first]) continue;
    if ((i - first) * RANGES > sorted.length) found.push(sorted[first] as number);
    first = i;
  }
  return found;
}

const rising = (edges: ArrayLike<number>): number[] =>
  Array.from(edges).filter((edge, i, all) => i === 0 || edge > (all[i - 1] as number));

/** The different values, unless they are more than so many. */
function distinctUpTo(sorted: Float64Array, most: number): number[] | undefined {
  const found: number[] = [];
  for (const value of sorted) {
    if (value === found.at(-1)) continue;
    if (found.length === most) return undefined;
    found.push(value);
  }
  return found;
}

/** 0.1 rather than 0.10000000149011612, which is the same float of 32 bits. */
function shortest(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** The values between so many ranges; the smallest and the largest of all rows need not be in a sample of them. */
function quantiles(sorted: Float64Array, ranges: number): number[] {
  return Array.from({ length: ranges - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / ranges)] as number);
}
