import type { Config } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { createPredictor, type Observe, type Predictor, type PredictorDeps } from '../inference/predictor.ts';
import type { Pools } from '../inference/startup.ts';
import { drawer } from '../observability/draw.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createAgree } from './agreement.ts';
import { candidateMetrics } from './candidate-metrics.ts';
import { createShadow, type ShadowDeps } from './shadow.ts';
import { createPick, type Variant, type Variants } from './variant.ts';

const drawShadow = drawer('shadow:');
const LOG_EVERY_MS = 60_000;

export interface VariantsDeps extends Omit<PredictorDeps, 'observe' | 'pool'> {
  /** Workers that have been started already. */
  readonly pools: Pools | undefined;
  /** See every client's rows; the candidate's where it answers clients. */
  readonly observers: { readonly main: Observe; readonly candidate: Observe };
}

/** The version of serving.yaml, and beside it the candidate where there is one. */
export function createVariants({ config, metrics, logger, pools, observers, capacity }: VariantsDeps): Variants {
  const { variants } = config.serving;
  const first = { config, metrics, logger, pool: pools?.main, capacity };
  if (!variants || !config.candidate) {
    const main = variant('main', config, createPredictor({ ...first, observe: observers.main }), metrics);
    return { main, candidate: undefined, all: [main], pick: () => main };
  }
  const own = candidateMetrics(metrics, variants.mode);
  const observeCandidate = variants.mode === 'ab' ? observers.candidate : undefined;
  const second = createPredictor({
    config: config.candidate,
    metrics: own,
    logger,
    pool: pools?.candidate,
    capacity,
    observe: observeCandidate,
  });
  const shadow = createShadow({
    candidate: second,
    waiting: () => metrics.queueDepth(),
    agree: createAgree(config.serving, variants.tolerance),
    chosen: (id) => drawShadow(id) * 100 < variants.weight,
    outcome: createOutcome(metrics, logger),
  });
  const observe: Observe =
    variants.mode === 'ab'
      ? observers.main
      : (...seen) => {
          observers.main(...seen);
          shadow(...seen);
        };
  const main = variant('main', config, createPredictor({ ...first, observe }), metrics);
  const candidate = variant('candidate', config.candidate, second, metrics);
  own.join();
  const pick = createPick(variants);
  return {
    main,
    candidate,
    all: [main, candidate],
    pick: (request) => (pick(request) === 'main' ? main : candidate),
  };
}

/** Counts what became of a shadow's request. Why it failed is counted by its error code, and logged once in a minute. */
function createOutcome({ health }: Metrics, logger: PredictorDeps['logger']): ShadowDeps['outcome'] {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (outcome, error) => {
    health.shadow[outcome].inc();
    if (outcome !== 'error') return;
    const code = error instanceof ServiceError ? error.code : 'INTERNAL';
    health.shadowError(code).inc();
    const now = performance.now();
    if (now - loggedAt < LOG_EVERY_MS) return;
    loggedAt = now;
    logger.warn({ code, err: error }, 'the shadow failed on a request');
  };
}

function variant(name: Variant['name'], { serving }: Config, predictor: Predictor, { health }: Metrics): Variant {
  const { version, sha256 } = serving.model;
  return { name, version, sha256, predictor, answered: health.variant(name, version).inc };
}
