import type { Feature } from '../../feature.ts';

/** Predicts files of rows with `npm run batch`. It adds nothing to the server. */
export const batch: Feature = { name: 'batch' };
