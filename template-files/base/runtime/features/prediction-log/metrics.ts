import type { Registry } from 'prom-client';
import { createCounters, type FixedCounter } from '../../observability/series.ts';
import type { DropReason } from './line-buffer.ts';

/** The feature's own series, exported from the start, at 0. */
export interface PredictionLogMetrics {
  readonly written: FixedCounter;
  readonly dropped: Readonly<Record<DropReason, FixedCounter>>;
}

export function createPredictionLogMetrics(registry: Registry): PredictionLogMetrics {
  const dropped = createCounters(
    registry,
    'ml_serving_prediction_log_dropped_total',
    'Predictions that the log lost, by reason.',
    ['reason'],
  );
  return {
    written: createCounters(registry, 'ml_serving_prediction_log_written_total', 'Predictions logged.', [])(),
    dropped: { buffer_full: dropped('buffer_full'), stalled: dropped('stalled'), disk: dropped('disk') },
  };
}
