import type { Registry } from 'prom-client';

/**
 * Series whose labels are known beforehand. prom-client hashes the labels at every observation, which is a tenth of the time
 * of a small request; these are looked up once and then are an addition. The registry asks them for their values at a scrape.
 */

interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

export interface FixedCounter {
  inc: (by?: number) => void;
  readonly value: () => number;
}

export interface FixedHistogram {
  readonly observe: (value: number) => void;
}

/** A metric whose values are asked for at a scrape. */
export interface SeriesSource {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly values: () => Sample[];
}

export function registerSeries(registry: Registry, { name, help, type, values }: SeriesSource): void {
  const metric = {
    name,
    help,
    type,
    aggregator: 'sum',
    get: async () => ({ name, help, type, aggregator: 'sum', values: values() }),
  };
  // The registry needs no more of a metric than a name and get(); its type asks for its own classes.
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
}

/** A counter; the function makes or finds the series with these label values (in the order of `labelNames`), at 0. Labels without a value are left out. */
export function createCounters<Name extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Name[],
): (...values: string[]) => FixedCounter {
  const all = new Map<string, { labels: Record<string, string>; value: number }>();
  registerSeries(registry, { name, help, type: 'counter', values: () => [...all.values()] });
  return (...values) => {
    const key = values.join('\0');
    const found = all.get(key) ?? {
      labels: Object.fromEntries(values.map((value, i) => [labelNames[i] as string, value])),
      value: 0,
    };
    all.set(key, found);
    return {
      inc: (by = 1) => {
        found.value += by;
      },
      value: () => found.value,
    };
  };
}

/** A histogram; the function makes the series with this value of its label (or the only one, where it has no label). */
export function createHistogram(
  registry: Registry,
  name: string,
  help: string,
  buckets: readonly number[],
  label?: string,
): (value?: string) => FixedHistogram {
  const all: { labels: Record<string, string>; counts: Float64Array; sum: number }[] = [];
  const values = (): Sample[] =>
    all.flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const bins = [...counts].map((count, i) => {
        total += count;
        return { metricName: `${name}_bucket`, labels: { ...labels, le: buckets[i] ?? '+Inf' }, value: total };
      });
      const sums = { metricName: `${name}_sum`, labels, value: sum };
      return [...bins, sums, { metricName: `${name}_count`, labels, value: total }];
    });
  registerSeries(registry, { name, help, type: 'histogram', values });
  return (value = '') => {
    const labels: Record<string, string> = label === undefined ? {} : { [label]: value };
    const one = { labels, counts: new Float64Array(buckets.length + 1), sum: 0 };
    all.push(one);
    return {
      observe(observed) {
        let bin = 0;
        while (bin < buckets.length && observed > (buckets[bin] ?? 0)) bin += 1;
        one.counts[bin] = (one.counts[bin] ?? 0) + 1;
        one.sum += observed;
      },
    };
  };
}
