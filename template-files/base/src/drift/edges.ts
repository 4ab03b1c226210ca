/** Ranges of a numeric column. Ten as in most work on the population stability index: fewer hide shifts, more are noise. */
const RANGES = 10;

/**
 * The edges of bins for sorted values: one bin for each value where there are few, else bins of about equal shares.
 * @param single the values are floats of 32 bits: edges are written with as few digits as tell them apart
 */
export function edgesOf(sorted: Float64Array, min: number, max: number, single: boolean): number[] {
  const distinct = distinctUpTo(sorted, RANGES);
  const inner = distinct ?? quantiles(sorted);
  const rising = [min, ...inner, max].map((edge) => (single ? shortest(edge) : edge));
  const edges = rising.filter((edge, i) => i === 0 || edge > (rising[i - 1] as number));
  // A bin of the last value alone, where each value has its own, and where there is but one.
  return distinct || edges.length === 1 ? [...edges, edges.at(-1) as number] : edges;
}

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

/** The values between the ranges; the smallest and the largest of all rows need not be in a sample of them. */
function quantiles(sorted: Float64Array): number[] {
  return Array.from({ length: RANGES - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / RANGES)] as number);
}
