import type { FeatureContext, FeatureParts } from '../../feature.ts';
import { candidateOf } from './candidate.ts';
import { createCounted, createVariants } from './create.ts';
import { createVariantsMetrics } from './metrics.ts';
import { VARIANT_PARAMETER } from './test-route.ts';

/** Serves the candidate next to the model; without one, answers are counted all the same. */
export function openVariants({ config, metrics }: FeatureContext): FeatureParts {
  const candidate = candidateOf(config);
  const series = createVariantsMetrics(metrics.registry);
  if (!candidate || !config.serving.variants) return { createModels: createCounted(series) };
  return {
    createModels: createVariants(config, candidate, config.serving.variants, series),
    openApi: { parameters: { 'GET /predict/test': [VARIANT_PARAMETER] } },
  };
}
