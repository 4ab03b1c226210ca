import type { Feature } from '../../feature.ts';
import { candidateOf } from './candidate.ts';
import { contract } from './contract.ts';
import { createCounted, createVariants } from './create.ts';
import { createVariantsMetrics } from './metrics.ts';
import { VARIANT_PARAMETER } from './test-route.ts';

/** A second model next to the first: as a shadow, or for an A/B test. */
export const variants: Feature = {
  name: 'variants',
  contract,
  models(config) {
    const candidate = candidateOf(config);
    return candidate ? [{ name: 'candidate', config: candidate }] : [];
  },
  open({ config, metrics }) {
    const candidate = candidateOf(config);
    const series = createVariantsMetrics(metrics.registry);
    if (!candidate || !config.serving.variants) return { createModels: createCounted(series) };
    return {
      createModels: createVariants(config, candidate, config.serving.variants, series),
      openApi: { parameters: { 'GET /predict/test': [VARIANT_PARAMETER] } },
    };
  },
};
