/** What was predicted, until its true label comes: bounded in number and in time. */
export interface PredictionMemory {
  /** Predictions of a request, in the order of its instances. An id that comes again takes the place of the first. */
  readonly remember: (id: string, predictions: readonly number[]) => void;
  /** The prediction, once: a label that is sent twice is counted once. */
  readonly take: (id: string, instance: number) => Taken;
}

export type Taken =
  | { readonly found: 'prediction'; readonly prediction: number }
  | { readonly found: 'nothing' }
  | { readonly found: 'taken' };

interface Entry {
  readonly at: number;
  readonly predictions: (number | undefined)[];
}

export interface MemoryOptions {
  /** Predictions, not requests: a request may have a thousand. */
  readonly maxPredictions: number;
  readonly ttlMs: number;
  readonly now?: () => number;
}

/**
 * Two halves: when the younger one is full, it becomes the older one, and what was older is forgotten at once. So between
 * half of the predictions and all of them are remembered, and to remember one costs no more than an entry in a map, on the
 * way of every request.
 */
export function createMemory({
  maxPredictions,
  ttlMs,
  now = performance.now.bind(performance),
}: MemoryOptions): PredictionMemory {
  const half = Math.max(1, Math.floor(maxPredictions / 2));
  let older = new Map<string, Entry>();
  let younger = new Map<string, Entry>();
  let size = 0;
  return {
    remember(id, predictions) {
      if (predictions.length > half) return;
      size += predictions.length;
      if (size > half) {
        older = younger;
        younger = new Map();
        size = predictions.length;
      }
      younger.set(id, { at: now(), predictions: predictions as (number | undefined)[] });
    },
    take(id, instance) {
      const entry = younger.get(id) ?? older.get(id);
      if (!entry || entry.at <= now() - ttlMs || instance >= entry.predictions.length) return { found: 'nothing' };
      const prediction = entry.predictions[instance];
      if (prediction === undefined) return { found: 'taken' };
      entry.predictions[instance] = undefined;
      return { found: 'prediction', prediction };
    },
  };
}
