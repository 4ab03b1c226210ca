import type { Answer } from '../../inference/job.ts';
import type { Block } from '../../inference/tensor.ts';
import { valueAt, type Watched } from '../../inference/watched.ts';
import { MAX_CATEGORIES, rangeBins } from './bins.ts';
import { edgesOf } from './edges.ts';
import { binsOf, type Column } from './reference.ts';
import { createReservoir } from './reservoir.ts';
import { type NumberSummary, summaryOf } from './summary.ts';

/** Different strings of a column that are counted; a column of more is a text or a key, and no category. */
const MAX_DISTINCT = 10_000;

interface Collector {
  readonly add: (value: number | string) => void;
  readonly finish: () => Column;
  /** Of numbers and lengths. */
  readonly summary?: () => NumberSummary | undefined;
}

/** A column for comparisons, and for people. */
export interface Collected {
  readonly column: Column;
  readonly summary: NumberSummary | undefined;
}

/** Reads training data row by row, in memory that does not grow with it. */
export interface Collection {
  readonly add: (blocks: readonly Block[], fetch: readonly number[], answers: readonly Answer[]) => void;
  readonly finish: () => { rows: number; features: readonly Collected[]; outputs: readonly Collected[] };
}

export function createCollection(features: readonly Watched[], outputs: readonly Watched[]): Collection {
  const inputColumns = features.map((watched) => ({ watched, ...collectorOf(watched) }));
  const outputColumns = outputs.map((watched) => ({ watched, ...collectorOf(watched) }));
  let rows = 0;
  return {
    add(blocks, fetch, answers) {
      for (const block of blocks) {
        rows += block.rows;
        for (const { watched, add } of inputColumns) {
          const tensor = block.tensors[watched.tensor];
          const count = (tensor?.data.length ?? 0) / watched.width;
          for (let row = 0; tensor && row < count; row++) add(valueAt(watched, tensor, row));
        }
      }
      for (const { outputs: tensors, firstRow, rows: count } of answers) {
        for (const { watched, add } of outputColumns) {
          const tensor = tensors[fetch.indexOf(watched.tensor)];
          for (let row = firstRow; tensor && row < firstRow + count; row++) add(valueAt(watched, tensor, row));
        }
      }
    },
    finish: () => ({
      rows,
      features: inputColumns.map(collected),
      outputs: outputColumns.map(collected),
    }),
  };
}

function collected({ finish, summary }: Collector): Collected {
  return { column: finish(), summary: summary?.() };
}

function collectorOf(watched: Watched): Collector {
  if (watched.kind === 'label') return labelCollector(watched);
  return watched.kind === 'category' ? categoryCollector(watched) : numberCollector(watched);
}

function numberCollector({ name, kind, single }: Watched): Collector {
  const sample = createReservoir();
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let present = 0;
  let missing = 0;
  return {
    add(value) {
      const number = value as number;
      if (!Number.isFinite(number)) {
        missing += 1;
        return;
      }
      present += 1;
      if (number < min) min = number;
      if (number > max) max = number;
      sample.add(number);
    },
    finish() {
      // A column that is always missing has no range: any value of it will be out of it.
      if (present === 0) return { name, kind, edges: [0, 0], shares: [0], missing: 1 };
      const sorted = sample.sorted();
      const edges = edgesOf(sorted, min, max, single);
      const { indexOf } = rangeBins(edges, single);
      const counts = new Array<number>(edges.length - 1).fill(0);
      for (const value of sorted) counts[indexOf(value)] = (counts[indexOf(value)] ?? 0) + 1;
      const rows = present + missing;
      const weight = present / rows / sorted.length;
      return {
        name,
        kind,
        edges,
        shares: counts.map((count) => share(count * weight)),
        missing: share(missing / rows),
      };
    },
    summary: () => summaryOf(sample.sorted(), min, max),
  };
}

function categoryCollector({ name, kind, names }: Watched): Collector {
  const counts = new Map<string, number>((names ?? []).map((value) => [value, 0]));
  let rows = 0;
  let missing = 0;
  return {
    add(value) {
      rows += 1;
      if (value === '') missing += 1;
      else if (counts.has(value as string) || counts.size < MAX_DISTINCT) {
        counts.set(value as string, (counts.get(value as string) ?? 0) + 1);
      }
    },
    finish() {
      const kept = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_CATEGORIES);
      const known = kept.reduce((sum, [, count]) => sum + count, 0);
      return {
        name,
        kind,
        categories: kept.map(([value]) => value),
        shares: kept.map(([, count]) => share(count / rows)),
        other: share((rows - known - missing) / rows),
        missing: share(missing / rows),
      };
    },
  };
}

function labelCollector(watched: Watched): Collector {
  const { labels, indexOf } = binsOf(watched);
  const counts = new Array<number>(labels.length).fill(0);
  let rows = 0;
  return {
    add(value) {
      rows += 1;
      const bin = indexOf(value);
      counts[bin] = (counts[bin] ?? 0) + 1;
    },
    finish: () => ({
      name: watched.name,
      kind: watched.kind,
      categories: labels,
      shares: counts.map((count) => share(count / rows)),
    }),
  };
}

/** Six digits are more than any comparison uses, and are read by people. */
function share(value: number): number {
  return Number(value.toFixed(6));
}
