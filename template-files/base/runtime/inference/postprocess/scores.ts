import { scoreField } from '../../contract/scores.ts';
import type { OutputSpec } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { Tensor } from '../tensor.ts';
import { createActivation } from './activation.ts';
import { elementWriter } from './elements.ts';
import { likeliest, likeliestOf } from './likeliest.ts';

/** Reads the rows of the output with labels, after its activation. */
export interface ScoreReader {
  /** Goes to a row; what follows is about that row. */
  open(tensor: Tensor, row: number): void;
  /** The score of a label. */
  at(place: number): number;
  /** The place of the highest score. */
  highest(): number;
  /** `"probabilities":{label: value, …}`, of the `topK` highest alone where that is fewer than all; `scores` where that is the field. */
  text(topK?: number): string;
}

/** @throws RangeError for an output without labels, which the contract does not let through */
export function createScoreReader(output: OutputSpec | undefined): ScoreReader {
  if (!output?.labels) throw new RangeError('checked by the contract: one output has labels');
  const labels = output.labels.map((label) => JSON.stringify(label));
  const width = labels.length;
  const keys = labels.map((label, i) => `${i === 0 ? '' : ','}${label}:`);
  const head = `"${scoreField(output)}":{`;
  const activate = createActivation(output);
  const read = activate ? ({ ...output, datatype: 'FP32' } as const) : output;
  const write = elementWriter(read);
  const { toNumber = Number } = KINDS[read.datatype];
  let tensor: Tensor = { dims: [], data: [] };
  let first = 0;
  const at = (place: number): number => toNumber(tensor.data[first + place] as number);

  return {
    open(all, row) {
      tensor = activate ? activate(all, row) : all;
      first = activate ? 0 : row * width;
    },
    at,
    highest: () => likeliestOf(tensor.data, first, width, toNumber),
    text(topK = output.topK) {
      let text = '';
      if (topK === undefined || topK >= width) {
        for (let i = 0; i < width; i++) text += keys[i] + write(tensor, first + i);
      } else {
        const chosen = likeliest(width, topK, at);
        text = chosen.map((i) => `${labels[i]}:${write(tensor, first + i)}`).join(',');
      }
      return `${head}${text}}`;
    },
  };
}
