import { labelsOutput, thresholdOf } from '../../contract/scores.ts';
import type { OutputSpec, Serving } from '../../contract/serving.ts';
import type { Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';
import { createScoreReader } from './scores.ts';

/**
 * `{"labels": [label, …], "probabilities": {label: probability}}`: each label applies or not by itself. Those apply that the
 * model's own output of a yes or no for each names, where serving.yaml lists one; else those from the threshold on.
 */
export function createMultiLabelDecoder({ outputs }: Pick<Serving, 'outputs'>, output: OutputSpec): Decoder {
  const index = outputs.indexOf(output);
  const scores = createScoreReader(output);
  const labels = (output.labels ?? []).map((label) => JSON.stringify(label));
  const threshold = thresholdOf(output);
  const own = labelsOutput(outputs);

  return {
    fetch: own ? [index, outputs.indexOf(own)] : [index],
    write([tensor, ownTensor], row, topK) {
      scores.open(tensor as Tensor, row);
      const first = row * labels.length;
      const applies = (place: number): boolean =>
        ownTensor ? Number(ownTensor.data[first + place]) !== 0 : scores.at(place) >= threshold;
      const text = scores.text(topK);
      return `{"labels":[${labels.filter((_, place) => applies(place)).join(',')}],${text}}`;
    },
  };
}
