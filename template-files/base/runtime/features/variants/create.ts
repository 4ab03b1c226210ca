import type { Config } from '../../config.ts';
import { ServiceError } from '../../errors.ts';
import { type CreateModels, createSingleModel, type Model } from '../../inference/models.ts';
import { createPredictor, type Observe, type PredictorDeps } from '../../inference/predictor.ts';
import { prefixedFraction } from '../../observability/hash-sampling.ts';
import { createAgree } from './agreement.ts';
import { candidateMetrics } from './candidate-metrics.ts';
import type { VariantsSpec } from './contract.ts';
import { createLifecycle } from './lifecycle.ts';
import type { VariantsMetrics } from './metrics.ts';
import { createPick } from './pick.ts';
import { createShadow, type ShadowDeps } from './shadow.ts';
import { byVariant } from './test-route.ts';

const shadowFraction = prefixedFraction('shadow:');
const LOG_EVERY_MS = 60_000;

/** The model of serving.yaml, and beside it the candidate of `variants`. */
export function createVariants(
  config: Config,
  candidateConfig: Config,
  spec: VariantsSpec,
  series: VariantsMetrics,
): CreateModels {
  return (deps, createMain) => {
    const { metrics, logger, capacity } = deps;
    const { version, sha256 } = candidateConfig.serving.model;
    const own = candidateMetrics(metrics, spec.mode);
    const second = createPredictor({
      config: candidateConfig,
      metrics: own,
      logger,
      capacity,
      hooks: deps.hooks,
      activities: deps.activities,
      observe: spec.mode === 'ab' ? deps.observe({ name: 'candidate', version }) : undefined,
    });
    const shadow = createShadow({
      candidate: second,
      waiting: () => metrics.queueDepth(),
      agree: createAgree(config.serving, spec.tolerance),
      chosen: (id) => shadowFraction(id) * 100 < spec.weight,
      outcome: createOutcome(series, logger),
    });
    const observeMain = deps.observe({ name: 'main', version: config.serving.model.version });
    const observe: Observe | undefined =
      spec.mode === 'ab'
        ? observeMain
        : (...seen) => {
            observeMain?.(...seen);
            shadow(...seen);
          };
    const main = withVariant(createMain({ observe }), series);
    const candidate = withVariant(
      {
        name: 'candidate',
        version,
        sha256,
        predictor: second,
        config: candidateConfig,
      },
      series,
    );
    own.join();
    const pick = createPick(spec);
    return {
      main,
      all: [main, candidate],
      byQuery: byVariant([main, candidate]),
      pick: (request) => (pick(request) === 'main' ? main : candidate),
      lifecycle: createLifecycle(main, candidate, spec.mode),
    };
  };
}

/** The model with the header and the counter of its variant. */
function withVariant(model: Model, series: VariantsMetrics): Model {
  const { name, version } = model;
  return { ...model, headers: ['X-Model-Variant', name], answered: series.answers(name, version).inc };
}

/** The model of serving.yaml alone, whose answers are counted: a comparison over time needs those from before the candidate. */
export function createCounted(series: VariantsMetrics): CreateModels {
  return (deps, createMain) => {
    const models = createSingleModel(deps, (changes) => {
      const main = createMain(changes);
      return { ...main, answered: series.answers(main.name, main.version).inc };
    });
    return { ...models, byQuery: byVariant([models.main]) };
  };
}

/** Counts what became of a shadow's request. Why it failed is counted by its error code, and logged once in a minute. */
function createOutcome(series: VariantsMetrics, logger: PredictorDeps['logger']): ShadowDeps['outcome'] {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (outcome, error) => {
    series.shadow[outcome].inc();
    if (outcome !== 'error') return;
    const code = error instanceof ServiceError ? error.code : 'INTERNAL';
    series.shadowError(code).inc();
    const now = performance.now();
    if (now - loggedAt < LOG_EVERY_MS) return;
    loggedAt = now;
    logger.warn({ code, err: error }, 'the shadow failed on a request');
  };
}
