import { multiLabelOutput, type Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import type { Answer } from '../job.ts';
import type { Tensor } from '../tensor.ts';
import { createClassificationDecoder, createMultiLabelDecoder } from './classification.ts';
import { createCustomDecoder, createRegressionDecoder } from './values.ts';

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

/**
 * Answers as a JSON list with one entry for each row, whichever route asked for them; undefined where an output is not finite.
 * @param fetch the outputs that were computed, by their places in serving.yaml
 */
export type WriteRows = (fetch: readonly number[], answers: readonly Answer[]) => string | undefined;

/**
 * An entry is the prediction of POST /predict where all outputs that it needs were computed, and `{output name: value}` otherwise.
 */
export function createRowTexts(serving: Serving): WriteRows {
  const decoder = createDecoder(serving);

  function decoderFor(fetch: readonly number[]): Decoder {
    return decoder.fetch.every((index) => fetch.includes(index)) ? decoder : createCustomDecoder(serving, fetch);
  }

  return (fetch, answers) => {
    const { fetch: needed, write } = decoderFor(fetch);
    const places = needed.map((index) => fetch.indexOf(index));
    try {
      const texts = answers.flatMap(({ outputs, firstRow, rows }) => {
        const taken = places.map((place) => outputs[place] as Tensor);
        return Array.from({ length: rows }, (_, i) => write(taken, firstRow + i));
      });
      return `[${texts.join(',')}]`;
    } catch (error) {
      // Clients may ask for such values, as bytes for example: JSON has none.
      if (error instanceof ServiceError && error.code === 'OUTPUT_NOT_FINITE') return undefined;
      throw error;
    }
  };
}
