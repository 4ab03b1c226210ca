import { labelOutput, type Serving } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';
import { elementWriter } from './elements.ts';
import { likeliest, likeliestOf } from './likeliest.ts';

/**
 * `{"label": …, "probabilities": {label: probability}}`, from the output that has labels. The label is what the model's own
 * label output says where serving.yaml lists one (a tuned threshold or a voting rule may choose another class than the
 * likeliest), else the likeliest.
 */
export function createClassificationDecoder({ outputs }: Pick<Serving, 'outputs'>): Decoder {
  const index = outputs.findIndex((output) => output.labels !== undefined);
  const output = outputs[index];
  if (!output?.labels) throw new RangeError('checked by the contract: one output has labels');
  const labels = output.labels.map((label) => JSON.stringify(label));
  const heads = labels.map((label) => `{"label":${label},"probabilities":{`);
  const keys = labels.map((label, i) => `${i === 0 ? '' : ','}${label}:`);
  const write = elementWriter(output);
  const { toNumber = Number } = KINDS[output.datatype];
  const own = labelOutput(outputs);
  const places = new Map((own?.classes ?? output.labels).map((value, place) => [String(value), place]));

  return {
    fetch: own ? [index, outputs.indexOf(own)] : [index],
    write([tensor, ownTensor], row, topK = output.topK) {
      const { data } = tensor as Tensor;
      const first = row * keys.length;
      let text = '';
      const all = topK === undefined || topK >= keys.length;
      if (all) {
        for (let i = 0; i < keys.length; i++) text += keys[i] + write(tensor as Tensor, first + i);
      } else {
        const chosen = likeliest(keys.length, topK, (i) => toNumber(data[first + i] as number));
        text = chosen.map((i) => `${labels[i]}:${write(tensor as Tensor, first + i)}`).join(',');
      }
      // A value that is none of the classes says nothing; the likeliest does.
      const said = ownTensor && places.get(String(ownTensor.data[row]));
      return `${heads[said ?? likeliestOf(data, first, keys.length, toNumber)]}${text}}}`;
    },
  };
}
