import type { Feature } from '../../feature.ts';

/** Counts clients' values and the model's answers in the bins of a reference. */
export const drift: Feature = {
  name: 'drift',
  check: async (config) => (await import('./check.ts')).checkReference(config),
  open: async (context) => (await import('./serve.ts')).openDrift(context),
};
