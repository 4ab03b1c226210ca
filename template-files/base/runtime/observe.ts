import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { openReference } from './drift/open.ts';
import { referenceId } from './drift/reference.ts';
import { createWatch } from './drift/watch.ts';
import { createFeedback, type Feedback, type VariantPlace } from './feedback/feedback.ts';
import type { Observe } from './inference/predictor.ts';
import { exportBins } from './observability/bin-series.ts';
import type { Metrics } from './observability/metrics.ts';

export interface Observers {
  readonly observers: { readonly main: Observe; readonly candidate: Observe };
  readonly feedback: Feedback | undefined;
}

/** Everything that looks at the clients' rows and the model's answers to them, wired together. */
export function createObservers({ serving, referenceText }: Config, metrics: Metrics, logger: Logger): Observers {
  const { features, outputs, reference, refused, stale } = openReference(referenceText, serving);
  if (refused) {
    const level = stale ? 'warn' : 'error';
    logger[level]({ code: refused.code, reason: refused.message }, 'the drift reference is not used');
  }
  const watch = createWatch(features, outputs, reference);
  const origin = reference && { id: referenceId(reference), rows: reference.rows };
  exportBins(metrics.registry, watch.features, watch.outputs, origin);
  metrics.health.reference({ loaded: reference !== undefined, refused: refused !== undefined });
  const { maxPredictions, ttlSeconds } = serving.feedback;
  const candidate = serving.variants?.mode === 'ab' ? [serving.variants.candidate.version] : [];
  const feedback = createFeedback(outputs, metrics.health, {
    maxPredictions,
    ttlMs: ttlSeconds * 1000,
    versions: [serving.model.version, ...candidate],
  });
  const remember =
    (variant: VariantPlace): Observe =>
    (call, _blocks, fetch, answers, at) => {
      const id = call.answerId ?? call.id;
      if (id !== undefined) feedback?.remember(id, fetch, answers, at, variant);
    };
  const [rememberMain, rememberCandidate] = [remember(0), remember(1)];
  return {
    feedback,
    observers: {
      main(call, blocks, fetch, answers, at) {
        watch.sawInputs(blocks);
        watch.sawAnswers(fetch, answers);
        rememberMain(call, blocks, fetch, answers, at);
      },
      // The reference has the answers of the main version: those of another one are no drift.
      candidate(call, blocks, fetch, answers, at) {
        watch.sawInputs(blocks);
        rememberCandidate(call, blocks, fetch, answers, at);
      },
    },
  };
}
