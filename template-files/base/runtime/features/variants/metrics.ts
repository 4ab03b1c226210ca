import type { Registry } from 'prom-client';
import { createCounters, type FixedCounter } from '../../observability/series.ts';

export const SHADOW_OUTCOMES = ['agree', 'disagree', 'error', 'skipped'] as const;
export type ShadowOutcome = (typeof SHADOW_OUTCOMES)[number];
/** Codes of the errors with which a shadow fails; others are added when they occur. */
const SHADOW_ERRORS = ['TIMEOUT', 'QUEUE_FULL', 'INPUT_REFUSED', 'INFERENCE_FAILED', 'INTERNAL'];

/** The feature's own series. All that is known beforehand is exported from the start, at 0. */
export interface VariantsMetrics {
  readonly shadow: Readonly<Record<ShadowOutcome, FixedCounter>>;
  /** The counter of a shadow's failures with this error code. */
  readonly shadowError: (reason: string) => FixedCounter;
  /** The counter of a variant's answers. */
  readonly answers: (variant: string, version: string) => FixedCounter;
}

export function createVariantsMetrics(registry: Registry): VariantsMetrics {
  const outcomes = createCounters(registry, 'ml_serving_shadow_total', 'Answers compared with the shadow.', [
    'outcome',
  ]);
  const shadowError = createCounters(
    registry,
    'ml_serving_shadow_errors_total',
    'Failures of the shadow, by error code.',
    ['reason'],
  );
  for (const reason of SHADOW_ERRORS) shadowError(reason);
  const answers = createCounters(registry, 'ml_serving_variant_requests_total', 'Requests answered, by variant.', [
    'variant',
    'version',
  ]);
  return {
    shadow: {
      agree: outcomes('agree'),
      disagree: outcomes('disagree'),
      error: outcomes('error'),
      skipped: outcomes('skipped'),
    },
    shadowError,
    answers,
  };
}
