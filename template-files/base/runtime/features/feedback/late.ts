import { createMemory, type PredictionMemory, type Taken } from './memory.ts';

/** What a prediction log says of a prediction that the service has forgotten. */
export interface Logged {
  /** The number of a class, or an amount. */
  readonly prediction: number;
  readonly version: string;
}

/** Truths that came so late that their prediction is known from a log alone. */
export interface LateTruths {
  /** The prediction as the log has it, once: a truth that is sent again is known as long as it is among the last ones. */
  readonly take: (id: string, instance: number, prediction: number, variant: number) => Taken;
}

/** Of so many truths it is known at least that they have been counted. */
const REMEMBERED = 100_000;

export function createLateTruths(): LateTruths {
  // Takes some megabytes, which a service that gets no late truths does without.
  let memory: PredictionMemory | undefined;
  return {
    take(id, instance, prediction, variant) {
      memory ??= createMemory({ maxPredictions: 2 * REMEMBERED, ttlMs: Number.POSITIVE_INFINITY });
      const key = `${instance} ${id}`;
      const before = memory.take(key, 0);
      if (before.found !== 'nothing') return before;
      memory.remember(key, [prediction], 0, variant);
      return memory.take(key, 0);
    },
  };
}
