/** How the numbers of a column are distributed, for people to look at. The bins of a reference are for comparisons. */
export interface NumberSummary {
  readonly min: number;
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
  readonly histogram: Histogram;
}

/** Shares of the present values in bins of equal width. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly shares: readonly number[];
  /** What lies below and above. */
  readonly outside: number;
}

const BINS = 30;
/** So much may lie outside at either end: a single far value would leave one bin for all others. */
const TAIL = 0.005;

/** Of values in rising order; undefined where there are none. */
export function summaryOf(sorted: ArrayLike<number>, min: number, max: number): NumberSummary | undefined {
  if (sorted.length === 0) return undefined;
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  const histogram = histogramOf(sorted, at(TAIL), at(1 - TAIL));
  return { min, p5: at(0.05), median: at(0.5), p95: at(0.95), max, histogram };
}

function histogramOf(sorted: ArrayLike<number>, from: number, to: number): Histogram {
  const counts = new Array<number>(from === to ? 1 : BINS).fill(0);
  let outside = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number;
    if (value < from || value > to) outside += 1;
    else {
      const bin =
        from === to ? 0 : Math.min(counts.length - 1, Math.floor(((value - from) / (to - from)) * counts.length));
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return { from, to, shares: counts.map((count) => count / sorted.length), outside: outside / sorted.length };
}
