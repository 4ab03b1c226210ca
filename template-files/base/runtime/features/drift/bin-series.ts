import type { Registry } from 'prom-client';
import { registerSeries } from '../../observability/series.ts';

/** Counts of a column by bin, kept elsewhere and read at a scrape. */
export interface Binned {
  readonly name: string;
  readonly labels: readonly string[];
  readonly counts: ArrayLike<number>;
  /** What each bin's share was when the model was made. */
  readonly shares: readonly number[] | undefined;
}

/** The reference that the bins are those of. */
export interface BinsOrigin {
  readonly id: string;
  readonly rows: number;
}

/**
 * Live counters of bins beside the reference's shares, under the same labels: what drift is computed from. The label `reference`
 * keeps the counts of a release, or of a canary, apart from those that are counted by other bins.
 */
export function exportBins(
  registry: Registry,
  features: readonly Binned[],
  outputs: readonly Binned[],
  origin?: BinsOrigin,
): void {
  const reference = origin && { reference: origin.id };
  registerSeries(registry, {
    name: 'ml_serving_reference_rows',
    help: 'Rows that the drift reference in use was made from.',
    type: 'gauge',
    values: () => (origin ? [{ labels: { reference: origin.id }, value: origin.rows }] : []),
  });
  const sides = [
    { side: 'feature', label: 'feature', what: 'feature values', columns: features },
    { side: 'prediction', label: 'output', what: 'predictions', columns: outputs },
  ] as const;
  for (const { side, label, what, columns } of sides) {
    const samples =
      (valuesOf: (column: Binned) => ArrayLike<number>, of = columns) =>
      () =>
        of.flatMap((column) => {
          const values = valuesOf(column);
          return column.labels.map((bin, i) => ({
            labels: { [label]: column.name, bin, ...reference },
            value: values[i] ?? 0,
          }));
        });
    registerSeries(registry, {
      name: `ml_serving_${side}_bin_total`,
      help: `Live ${what}, by bin.`,
      type: 'counter',
      values: samples(({ counts }) => counts),
    });
    registerSeries(registry, {
      name: `ml_serving_${side}_reference_ratio`,
      help: `Share of each bin of ${what} when the model was made.`,
      type: 'gauge',
      values: samples(
        ({ shares = [] }) => shares,
        columns.filter(({ shares }) => shares),
      ),
    });
  }
}
