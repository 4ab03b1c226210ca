import type { Feature } from '../../feature.ts';
import { candidateOf } from './candidate.ts';
import { contract } from './contract.ts';

/** A second model next to the first: as a shadow, or for an A/B test. */
export const variants: Feature = {
  name: 'variants',
  contract,
  models(config) {
    const candidate = candidateOf(config);
    return candidate ? [{ name: 'candidate', config: candidate }] : [];
  },
  open: async (context) => (await import('./serve.ts')).openVariants(context),
};
