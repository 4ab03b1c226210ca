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

export function createMemory({
  maxPredictions,
  ttlMs,
  now = performance.now.bind(performance),
}: MemoryOptions): PredictionMemory {
  /** In the order of arrival: the first is the oldest. */
  const entries = new Map<string, Entry>();
  let size = 0;

  function forget(id: string, { predictions }: Entry): void {
    entries.delete(id);
    size -= predictions.length;
  }

  return {
    remember(id, predictions) {
      if (predictions.length > maxPredictions) return;
      const before = entries.get(id);
      if (before) forget(id, before);
      size += predictions.length;
      const at = now();
      for (const [oldest, entry] of entries) {
        if (size <= maxPredictions && entry.at > at - ttlMs) break;
        forget(oldest, entry);
      }
      entries.set(id, { at, predictions: predictions as (number | undefined)[] });
    },
    take(id, instance) {
      const entry = entries.get(id);
      if (!entry || entry.at <= now() - ttlMs || instance >= entry.predictions.length) return { found: 'nothing' };
      const prediction = entry.predictions[instance];
      if (prediction === undefined) return { found: 'taken' };
      entry.predictions[instance] = undefined;
      return { found: 'prediction', prediction };
    },
  };
}
