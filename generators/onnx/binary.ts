import { domainName } from './domain.ts';
import { HANDS_ON, type Producers } from './labels.ts';

/** Their output is a yes or a no for each element. */
const BINARY: Readonly<Record<string, ReadonlySet<string>>> = {
  'ai.onnx': new Set(['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Not', 'Or', 'Sign', 'Xor']),
  'ai.onnx.ml': new Set(['Binarizer']),
};
const PASSES_ON = new Set([...HANDS_ON, 'Clip']);

/** Whether the graph shows that each element of a value is a yes or a no: a comparison with a threshold makes it. */
export function isBinary(producers: Producers, value: string): boolean {
  let node = producers.get(value);
  // A graph cannot hold more steps than values, unless it goes round in circles.
  for (let steps = producers.size; node && PASSES_ON.has(node.opType ?? '') && steps > 0; steps--) {
    node = producers.get(node.inputs[0] ?? '');
  }
  return node !== undefined && BINARY[domainName(node.domain)]?.has(node.opType ?? '') === true;
}
