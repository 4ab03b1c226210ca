import { Gauge, type Registry } from 'prom-client';
import { createFeedbackHealth, type FeedbackCounters } from './feedback-health.ts';
import type { FixedCounter } from './series.ts';

/** How the model does, beside how the service does. All of it is there from the start, at 0. */
export interface ModelHealth {
  /** Whether there is a reference in use, or one that is not used: it is another model's, or fits nothing. */
  readonly reference: (found: { readonly loaded: boolean; readonly refused: boolean }) => void;
  /** Truths whose prediction is not known here. */
  readonly unmatched: FixedCounter;
  /** The counters of a variant's predictions whose truth came in. */
  readonly feedback: (variant: string, version: string) => FeedbackCounters;
}

export function createModelHealth(registry: Registry): ModelHealth {
  const loaded = new Gauge({
    name: 'ml_serving_reference_loaded',
    help: 'Whether there is a drift reference that fits the model.',
    registers: [registry],
  });
  const refused = new Gauge({
    name: 'ml_serving_reference_refused',
    help: 'Whether there is a drift reference that is not used: it was made for another model, or is wrong.',
    registers: [registry],
  });
  return {
    reference(found) {
      loaded.set(found.loaded ? 1 : 0);
      refused.set(found.refused ? 1 : 0);
    },
    ...createFeedbackHealth(registry),
  };
}
