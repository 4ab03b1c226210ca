import { multiLabelOutput } from '../../contract/scores.ts';
import type { Serving } from '../../contract/serving.ts';
import type { Tensor } from '../tensor.ts';
import { createClassificationDecoder } from './classification.ts';
import { createCustomDecoder } from './custom.ts';
import { createMultiLabelDecoder } from './multi-label.ts';
import { createRegressionDecoder } from './regression.ts';

/**
 * Writes the model's answer for one row as the JSON text of a prediction. Text rather than objects: it is written once, and
 * to a team's own postprocess hook it is parsed again.
 */
export interface Decoder {
  /** Which outputs of serving.yaml a prediction needs, by index; no others are computed. */
  readonly fetch: readonly number[];
  /** @param topK of a classifier, how many classes; undefined leaves it to serving.yaml */
  readonly write: (outputs: readonly Tensor[], row: number, topK?: number) => string;
}

/** The decoder for a model; which one is decided by model.type, and by multiLabel at the output with labels. */
export function createDecoder(serving: Serving): Decoder {
  const multiLabel = multiLabelOutput(serving);
  if (multiLabel) return createMultiLabelDecoder(serving, multiLabel);
  switch (serving.model.type) {
    case 'tabular-classification':
    case 'image-classification':
    case 'text-classification':
      return createClassificationDecoder(serving);
    case 'tabular-regression':
      return createRegressionDecoder(serving);
    case 'custom':
      return createCustomDecoder(serving);
  }
}
