import type { Feature } from '../../feature.ts';
import { contract } from './contract.ts';

/** Joins true labels with the predictions that they belong to. */
export const feedback: Feature = {
  name: 'feedback',
  contract,
  open: async (context) => (await import('./serve.ts')).openFeedback(context),
};
