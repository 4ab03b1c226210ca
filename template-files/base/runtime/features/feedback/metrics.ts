import type { Registry } from 'prom-client';
import { createCounters, type FixedCounter, registerSeries } from '../../observability/series.ts';

/** What is counted of one variant's predictions whose truth came in. */
export interface FeedbackCounters {
  readonly correct: FixedCounter;
  readonly wrong: FixedCounter;
  /** @param error the predicted amount minus the true one */
  readonly error: (error: number) => void;
}

export interface FeedbackMetrics {
  /** Truths whose prediction is not known here. */
  readonly unmatched: FixedCounter;
  /** Makes the counters of a variant, to be called once for each. */
  readonly counters: (variant: string, version: string) => FeedbackCounters;
}

const VARIANT = ['variant', 'version'] as const;

/**
 * The metrics of feedback. Errors of amounts are exported as sums from which rules compute the mean absolute error, the bias and
 * the standard errors of both over any window: of |error| and its square, and of what was predicted too high and too low. A sum of
 * signed errors would fall now and then, and Prometheus would take that for a restart.
 */
export function createFeedbackMetrics(registry: Registry): FeedbackMetrics {
  const outcomes = createCounters(registry, 'ml_serving_feedback_total', 'True labels that came in.', [
    'outcome',
    ...VARIANT,
  ]);
  const squared = createCounters(
    registry,
    'ml_serving_feedback_squared_error_total',
    'Sum of the squared differences between predicted and true amounts.',
    VARIANT,
  );
  const directed = createCounters(
    registry,
    'ml_serving_feedback_directed_error_total',
    'Sum of the differences between predicted and true amounts: over = predicted too high, under = too low.',
    ['direction', ...VARIANT],
  );
  const absolute = createSummary(
    registry,
    'ml_serving_feedback_absolute_error',
    'Difference between predicted and true amounts.',
  );
  return {
    unmatched: outcomes('unmatched'),
    counters(variant, version) {
      const [squares, over, under] = [
        squared(variant, version),
        directed('over', variant, version),
        directed('under', variant, version),
      ];
      const addAbsolute = absolute({ variant, version });
      return {
        correct: outcomes('correct', variant, version),
        wrong: outcomes('wrong', variant, version),
        error(error) {
          addAbsolute(Math.abs(error));
          squares.inc(error ** 2);
          (error > 0 ? over : under).inc(Math.abs(error));
        },
      };
    },
  };
}

/** A summary without quantiles; the function makes a series and returns what adds a value to it. */
function createSummary(registry: Registry, name: string, help: string) {
  const all: { labels: Readonly<Record<string, string>>; sum: number; count: number }[] = [];
  const values = () =>
    all.flatMap(({ labels, sum, count }) => [
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ]);
  registerSeries(registry, { name, help, type: 'summary', values });
  return (labels: Readonly<Record<string, string>>): ((value: number) => void) => {
    const one = { labels, sum: 0, count: 0 };
    all.push(one);
    return (value) => {
      one.sum += value;
      one.count += 1;
    };
  };
}
