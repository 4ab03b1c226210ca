import type { Config } from '../../config.ts';
import { type CreateModels, createSingleModel, type Model } from '../../inference/models.ts';
import { createRowTexts } from '../../inference/postprocess/decoder.ts';
import { createPredictor, type Observe } from '../../inference/predictor.ts';
import { prefixedFraction } from '../../observability/hash-sampling.ts';
import { createAgree, createDifference } from './agreement.ts';
import { candidateMetrics } from './candidate-metrics.ts';
import type { VariantsSpec } from './contract.ts';
import { createLifecycle } from './lifecycle.ts';
import type { VariantsMetrics } from './metrics.ts';
import { createKeyOf, createPick } from './pick.ts';
import { createReport } from './report.ts';
import { createShadow } from './shadow.ts';
import { byVariant } from './test-route.ts';

const shadowFraction = prefixedFraction('shadow:');

/** The model of serving.yaml, and next to it the candidate of `variants`. */
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
    const predictor = createPredictor({
      config: candidateConfig,
      metrics: own,
      logger,
      capacity,
      hooks: deps.hooks,
      activities: deps.activities,
      observe: spec.mode === 'ab' ? deps.observe({ name: 'candidate', version }) : undefined,
    });
    const second: Model = { name: 'candidate', version, sha256, predictor, config: candidateConfig };
    const shadow = createShadow({
      candidate: predictor,
      waiting: () => metrics.queueDepth(),
      agree: createAgree(config.serving, spec.tolerance),
      chosen: (id) => shadowFraction(id) * 100 < spec.weight,
      report: createReport({
        series,
        logger,
        observers: deps.shadowObservers,
        candidate: second,
        writeRows: createRowTexts(config.serving),
        differenceOf: createDifference(config.serving),
      }),
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
    const candidate = withVariant(second, series);
    own.join();
    const pick = createPick(spec);
    return {
      main,
      all: [main, candidate],
      byQuery: byVariant([main, candidate]),
      keyOf: createKeyOf(spec),
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
