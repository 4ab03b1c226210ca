import { createIdTable, type IdTable } from './id-table.ts';

/** What was predicted, until its true label comes: bounded in number and in time. */
export interface PredictionMemory {
  /** Predictions of a request, in the order of its instances. An id that comes again takes the place of the first. */
  readonly remember: (id: string, predictions: readonly number[], at: number, variant?: number) => void;
  /** The prediction, once: a label that is sent twice is counted once. */
  readonly take: (id: string, instance: number) => Taken;
}

export type Taken =
  | { readonly found: 'prediction'; readonly prediction: number; readonly variant: number }
  | { readonly found: 'nothing' }
  | { readonly found: 'taken' };

export interface MemoryOptions {
  /** Predictions, not requests: a request may have a thousand. */
  readonly maxPredictions: number;
  readonly ttlMs: number;
  readonly now?: () => number;
}

/** Rows of numbers behind a table of ids, and no object for any of them: what lives long is what garbage collection pays for. */
interface Half {
  /** By id, the row of the request's first prediction. */
  readonly first: IdTable;
  readonly predictions: Float64Array;
  readonly taken: Uint8Array;
  /** At the request's first row: when it was, and how many rows it has. */
  readonly at: Float64Array;
  readonly count: Uint32Array;
  /** At the request's first row: which version has answered it. */
  readonly variant: Uint8Array;
  rows: number;
}

function createHalf(rows: number): Half {
  return {
    first: createIdTable(rows),
    predictions: new Float64Array(rows),
    taken: new Uint8Array(rows),
    at: new Float64Array(rows),
    count: new Uint32Array(rows),
    variant: new Uint8Array(rows),
    rows: 0,
  };
}

/**
 * Two halves: when the younger one is full, it becomes the older one, and what was older is forgotten at once. So between
 * half of the predictions and all of them are remembered, and to remember one costs no more than an entry in a table, on the
 * way of every request.
 */
export function createMemory({
  maxPredictions,
  ttlMs,
  now = performance.now.bind(performance),
}: MemoryOptions): PredictionMemory {
  const capacity = Math.max(1, Math.floor(maxPredictions / 2));
  let older = createHalf(capacity);
  let younger = createHalf(capacity);

  function swap(): void {
    const emptied = older;
    older = younger;
    younger = emptied;
    younger.first.clear();
    younger.taken.fill(0);
    younger.rows = 0;
  }

  return {
    remember(id, predictions, at, variant = 0) {
      if (predictions.length === 0 || predictions.length > capacity) return;
      if (younger.rows + predictions.length > capacity) swap();
      const row = younger.rows;
      younger.first.set(id, row);
      younger.predictions.set(predictions, row);
      younger.at[row] = at;
      younger.count[row] = predictions.length;
      younger.variant[row] = variant;
      younger.rows += predictions.length;
    },
    take(id, instance) {
      let half = younger;
      let first = younger.first.get(id);
      if (first === undefined) {
        half = older;
        first = older.first.get(id);
      }
      if (first === undefined || instance >= (half.count[first] ?? 0)) return { found: 'nothing' };
      if ((half.at[first] ?? 0) <= now() - ttlMs) return { found: 'nothing' };
      const row = first + instance;
      if (half.taken[row] === 1) return { found: 'taken' };
      half.taken[row] = 1;
      const prediction = half.predictions[row] ?? Number.NaN;
      return { found: 'prediction', prediction, variant: half.variant[first] ?? 0 };
    },
  };
}
