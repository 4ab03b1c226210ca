import type { Feature } from '../../feature.ts';
import { contract } from './contract.ts';
import { createCounted, createVariants } from './create.ts';
import { createVariantsMetrics } from './metrics.ts';

/** A second model beside the first: as a shadow, or for an A/B test. */
export const variants: Feature = {
  name: 'variants',
  contract,
  open({ config, metrics }) {
    const { candidate, serving } = config;
    const series = createVariantsMetrics(metrics.registry);
    if (!candidate || !serving.variants) return { createModels: createCounted(series) };
    return { createModels: createVariants(config, candidate, serving.variants, series) };
  },
};
