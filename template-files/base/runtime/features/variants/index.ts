import type { Feature } from '../../feature.ts';
import { contract } from './contract.ts';
import { createVariants } from './create.ts';

/** A second model beside the first: as a shadow, or for an A/B test. */
export const variants: Feature = {
  name: 'variants',
  contract,
  open({ config }) {
    const { candidate, serving } = config;
    return candidate && serving.variants ? { createModels: createVariants(config, candidate, serving.variants) } : {};
  },
};
