import { labelOutput, labelsOutput, type OutputSpec, type Serving, thresholdOf } from '../../contract/serving.ts';
import type { Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';
import { createScoreReader } from './scores.ts';

/**
 * `{"label": …, "probabilities": {label: probability}}`, from the output that has labels. The label is what the model's own
 * label output says where serving.yaml lists one (a tuned threshold or a voting rule may choose another class than the
 * likeliest), else the likeliest.
 */
export function createClassificationDecoder({ outputs }: Pick<Serving, 'outputs'>): Decoder {
  const index = outputs.findIndex((output) => output.labels !== undefined);
  const scores = createScoreReader(outputs[index]);
  const labels = outputs[index]?.labels ?? [];
  const heads = labels.map((label) => `{"label":${JSON.stringify(label)},`);
  const own = labelOutput(outputs);
  const places = new Map((own?.classes ?? labels).map((value, place) => [String(value), place]));

  return {
    fetch: own ? [index, outputs.indexOf(own)] : [index],
    write([tensor, ownTensor], row, topK) {
      scores.open(tensor as Tensor, row);
      const text = scores.text(topK);
      // A value that is none of the classes says nothing; the likeliest does.
      const said = ownTensor && places.get(String(ownTensor.data[row]));
      return `${heads[said ?? scores.highest()]}${text}}`;
    },
  };
}

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
