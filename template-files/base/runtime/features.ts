import type { Feature } from './feature.ts';
import { drift } from './features/drift/index.ts';
import { feedback } from './features/feedback/index.ts';
import { httpFastPath } from './features/http-fast-path/index.ts';
import { page } from './features/page/index.ts';
import { predictionLog } from './features/prediction-log/index.ts';
import { variants } from './features/variants/index.ts';

/** The features that were chosen. Written by create-ml-serving from the answer `features`. */
export const features: readonly Feature[] = [drift, feedback, httpFastPath, page, predictionLog, variants];
