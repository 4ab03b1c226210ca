import type { Feature } from '../../feature.ts';
import { contract } from './contract.ts';

/** Writes what was predicted, for whom and from what. */
export const predictionLog: Feature = {
  name: 'prediction-log',
  contract,
  open: async (context) => (await import('./serve.ts')).openLog(context),
};
