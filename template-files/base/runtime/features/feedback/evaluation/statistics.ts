/** Standard normal quantiles: of an interval of 95 %, and of a power of 80 %. */
export const Z_95 = 1.959964;
const Z_POWER_80 = 0.841621;

export interface Interval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** Mean of a measure over rows: how many rows, and the variance of the mean. Of shares, `share` is true. */
export interface Mean {
  readonly rows: number;
  readonly mean: number;
  /** Squared standard error of the mean, with rows of one request or client taken together. */
  readonly meanVariance: number;
}

/** Wilson's score interval of a share (Wilson 1927); `n` may be fractional, as an effective number of rows is. */
export function wilson(share: number, n: number, z = Z_95): Interval {
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + (z / (2 * n)) ** 2);
  return { estimate: share, lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
}

/** Difference `a - b` of two shares by Newcombe's method 10 (1998), from Wilson's intervals. */
export function shareDifference(a: Interval, b: Interval): Interval {
  const estimate = a.estimate - b.estimate;
  return {
    estimate,
    lower: estimate - Math.hypot(a.estimate - a.lower, b.upper - b.estimate),
    upper: estimate + Math.hypot(a.upper - a.estimate, b.estimate - b.lower),
  };
}

/** Difference `a - b` of two means by their standard errors. */
export function meanDifference(a: Mean, b: Mean, z = Z_95): Interval {
  const estimate = a.mean - b.mean;
  const half = z * Math.sqrt(a.meanVariance + b.meanVariance);
  return { estimate, lower: estimate - half, upper: estimate + half };
}

/** Rows that would tell as much if each were independent. Never more than there are. */
export function effectiveRows({ rows, mean, meanVariance }: Mean): number {
  const independent = (mean * (1 - mean)) / rows;
  return meanVariance > independent ? Math.max(1, (rows * independent) / meanVariance) : rows;
}

/**
 * Further rows that `a` needs until a difference is found in 4 of 5 tests at a two-sided level of 5 %, with `b` growing in
 * proportion: variances of the means fall as rows grow, and both together have to be (difference / (1.96 + 0.84))^2.
 */
export function rowsMissing(a: Mean, b: Mean, difference: number): number {
  const growth = ((a.meanVariance + b.meanVariance) * (Z_95 + Z_POWER_80) ** 2) / difference ** 2;
  return Math.max(0, Math.ceil(a.rows * growth - a.rows));
}

/** Sums of a measure by cluster (a request, or the client that the truth names). */
export interface ClusteredMean {
  readonly add: (cluster: string, value: number) => void;
  readonly mean: () => Mean;
}

/**
 * `mean` is the ratio estimator with its linearised variance (Cochran, Sampling Techniques, 6.3): rows of a cluster need not be
 * independent. Of a single cluster the variance is infinite.
 */
export function createClusteredMean(): ClusteredMean {
  const clusters = new Map<string, { rows: number; sum: number }>();
  return {
    add(cluster, value) {
      const found = clusters.get(cluster);
      if (!found) clusters.set(cluster, { rows: 1, sum: value });
      else {
        found.rows += 1;
        found.sum += value;
      }
    },
    mean() {
      const all = [...clusters.values()];
      const rows = all.reduce((total, one) => total + one.rows, 0);
      const mean = all.reduce((total, one) => total + one.sum, 0) / rows;
      const squares = all.reduce((total, one) => total + (one.sum - mean * one.rows) ** 2, 0);
      const m = all.length;
      return { rows, mean, meanVariance: m > 1 ? ((m / (m - 1)) * squares) / rows ** 2 : Number.POSITIVE_INFINITY };
    },
  };
}
