import type { Hooks } from '#runtime/api';
import { postprocess } from './postprocess.ts';
import { preprocess } from './preprocess.ts';

/** The hooks of POST /predict, for the service and for the commands (`npm run check`, `npm run predict` and others). */
export const hooks: Hooks = { preprocess, postprocess };
