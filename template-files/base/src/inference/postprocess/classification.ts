import type { Serving } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';
import { elementWriter } from './elements.ts';

/** `{"label": the likeliest, "probabilities": {label: probability}}`, from the output that has labels. */
export function createClassificationDecoder({ outputs }: Pick<Serving, 'outputs'>): Decoder {
  const index = outputs.findIndex((output) => output.labels !== undefined);
  const output = outputs[index];
  if (!output?.labels) throw new RangeError('checked by the contract: one output has labels');
  const labels = output.labels.map((label) => JSON.stringify(label));
  const heads = labels.map((label) => `{"label":${label},"probabilities":{`);
  const keys = labels.map((label, i) => `${i === 0 ? '' : ','}${label}:`);
  const write = elementWriter(output);
  const { toNumber = Number } = KINDS[output.datatype];

  return {
    fetch: [index],
    write([tensor], row) {
      const { data } = tensor as Tensor;
      const first = row * keys.length;
      let best = 0;
      let text = '';
      let highest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < keys.length; i++) {
        const value = toNumber(data[first + i] as number);
        if (value > highest) {
          highest = value;
          best = i;
        }
        text += keys[i] + write(tensor as Tensor, first + i);
      }
      return `${heads[best]}${text}}}`;
    },
  };
}
