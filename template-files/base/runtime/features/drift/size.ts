import { type Column, type Reference, sharesOf } from './reference.ts';

/**
 * By chance alone the stability index of B bins over n live rows and a reference of m rows has a standard deviation of about
 * sqrt(2 (B - 1)) (1/n + 1/m), and a mean of (B - 1) (1/n + 1/m): each bin's share errs as that of a multinomial sample, and
 * the index is about a chi-squared variable of B - 1 degrees of freedom. The rules in monitoring/rules/drift.yaml have the same
 * two bounds.
 */
const MOST_DEVIATION = 0.05;
/** Seven of them are an index of 0.1. */
const FINE_DEVIATION = 0.1 / 7;

/** What a reference is too small for: nothing is said of such a column's drift, or only of strong drift. */
export interface TooSmall {
  readonly columns: readonly string[];
  /** Rows that all of these columns would need. */
  readonly needed: number;
}

/** Columns whose drift can never be told from chance, and those of which only strong drift can, however many rows come in. */
export function tooSmallFor({ rows, features, outputs }: Reference): {
  readonly any: TooSmall;
  readonly slight: TooSmall;
} {
  const all = [...features, ...outputs].map((column) => ({ name: column.name, spread: spreadOf(column) }));
  const within = (most: number, least: number): TooSmall => {
    const columns = all.filter(({ spread }) => spread >= least * rows && spread < most * rows && spread > 0);
    return {
      columns: columns.map(({ name }) => name),
      needed: Math.ceil(Math.max(0, ...columns.map(({ spread }) => spread)) / least) + 1,
    };
  };
  return {
    any: within(Number.POSITIVE_INFINITY, MOST_DEVIATION),
    slight: within(MOST_DEVIATION, FINE_DEVIATION),
  };
}

/** The deviation of a column's index times the rows of the smaller side. */
function spreadOf(column: Column): number {
  const bins = sharesOf(column).filter((share) => share > 0).length;
  return Math.sqrt(2 * Math.max(0, bins - 1));
}
