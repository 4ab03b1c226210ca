import type { Metrics } from '../../observability/metrics.ts';
import type { FixedHistogram } from '../../observability/series.ts';
import type { VariantsSpec } from './contract.ts';

export interface CandidateMetrics extends Metrics {
  /** Adds the candidate to what is read of both at a scrape. To be called when both predictors are there. */
  readonly join: () => void;
}

const nothing: FixedHistogram = { observe: () => {} };

/**
 * What a candidate counts. Where it answers clients it counts like the main version; as a shadow only its workers and its
 * golden samples show. The model that is served is the main one in either case: a second one would look like a release
 * that got stuck.
 */
export function candidateMetrics(metrics: Metrics, mode: VariantsSpec['mode']): CandidateMetrics {
  const shadow = mode === 'shadow';
  const own: CandidateMetrics = {
    ...metrics,
    ...(shadow && {
      stages: { queue: nothing, preprocess: nothing, run: nothing, postprocess: nothing },
      batchSize: nothing,
      invalid: () => {},
    }),
    modelInfo: () => {},
    goldenDiff: (difference, disagreements) => metrics.goldenDiff(difference, disagreements, 'candidate'),
    queueDepth: () => 0,
    workers: () => ({ alive: 0, busy: 0 }),
    join() {
      const { queueDepth, workers } = metrics;
      if (!shadow) metrics.queueDepth = () => queueDepth() + own.queueDepth();
      metrics.workers = () => {
        const [first, second] = [workers(), own.workers()];
        return { alive: first.alive + second.alive, busy: first.busy + second.busy };
      };
    },
  };
  return own;
}
