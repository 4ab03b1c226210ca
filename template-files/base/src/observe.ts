import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { openReference } from './drift/open.ts';
import { createWatch } from './drift/watch.ts';
import type { Observe } from './inference/predictor.ts';
import { exportBins } from './observability/bin-series.ts';
import type { Metrics } from './observability/metrics.ts';

/** Everything that looks at the clients' rows and the model's answers to them, wired together. */
export function createObserver({ serving, referenceText }: Config, metrics: Metrics, logger: Logger): Observe {
  const { features, outputs, reference, refused, stale } = openReference(referenceText, serving);
  if (refused) {
    const level = stale ? 'warn' : 'error';
    logger[level]({ code: refused.code, reason: refused.message }, 'the drift reference is not used');
  }
  const watch = createWatch(features, outputs, reference);
  exportBins(metrics.registry, watch.features, watch.outputs);
  metrics.health.referenceLoaded(reference !== undefined);
  return (_call, blocks, fetch, answers) => {
    watch.sawInputs(blocks);
    watch.sawAnswers(fetch, answers);
  };
}
