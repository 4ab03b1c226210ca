import { Gauge, type Registry } from 'prom-client';
import { createFeedbackHealth, type FeedbackCounters } from './feedback-health.ts';
import { createCounters, type FixedCounter } from './series.ts';

export const SHADOW_OUTCOMES = ['agree', 'disagree', 'error', 'skipped'] as const;
/** Codes of the errors with which a shadow fails; others are made when they come. */
export const SHADOW_ERRORS = ['TIMEOUT', 'QUEUE_FULL', 'INPUT_REFUSED', 'INFERENCE_FAILED', 'INTERNAL'] as const;
export const DROP_REASONS = ['buffer_full', 'stalled', 'disk'] as const;

type ByName<Name extends string> = Readonly<Record<Name, FixedCounter>>;

/** How the model does, beside how the service does. All of it is there from the start, at 0. */
export interface ModelHealth {
  /** Whether there is a reference in use, or one that is not used: it is another model's, or fits nothing. */
  readonly reference: (found: { readonly loaded: boolean; readonly refused: boolean }) => void;
  /** Truths whose prediction is not known here. */
  readonly unmatched: FixedCounter;
  /** The counters of a variant's predictions whose truth came in. */
  readonly feedback: (variant: string, version: string) => FeedbackCounters;
  readonly shadow: ByName<(typeof SHADOW_OUTCOMES)[number]>;
  /** The counter of a shadow's failures with this error code. */
  readonly shadowError: (reason: string) => FixedCounter;
  readonly logWritten: FixedCounter;
  readonly logDropped: ByName<(typeof DROP_REASONS)[number]>;
  /** The counter of a variant's answers. */
  readonly variant: (variant: string, version: string) => FixedCounter;
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
  const named = <Name extends string>(name: string, help: string, label: string, values: readonly Name[]) => {
    const counters = createCounters(registry, name, help, [label]);
    return Object.fromEntries(values.map((value) => [value, counters(value)])) as ByName<Name>;
  };
  const shadowError = createCounters(
    registry,
    'ml_serving_shadow_errors_total',
    'Failures of the shadow, by error code.',
    ['reason'],
  );
  for (const reason of SHADOW_ERRORS) shadowError(reason);
  return {
    shadowError,
    reference(found) {
      loaded.set(found.loaded ? 1 : 0);
      refused.set(found.refused ? 1 : 0);
    },
    ...createFeedbackHealth(registry),
    shadow: named('ml_serving_shadow_total', 'Answers compared with the shadow.', 'outcome', SHADOW_OUTCOMES),
    logWritten: createCounters(registry, 'ml_serving_prediction_log_written_total', 'Predictions logged.', [])(),
    logDropped: named(
      'ml_serving_prediction_log_dropped_total',
      'Predictions that the log lost, by reason.',
      'reason',
      DROP_REASONS,
    ),
    variant: createCounters(registry, 'ml_serving_variant_requests_total', 'Requests answered, by variant.', [
      'variant',
      'version',
    ]),
  };
}
