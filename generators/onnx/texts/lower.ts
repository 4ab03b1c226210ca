import { textOf } from '../attribute.ts';
import type { Graph } from '../schema.ts';
import { consumersOf } from './vocabulary.ts';

/**
 * Whether everything that a graph makes of an input begins with its small letters. The runtime changes letter by letter;
 * Python, and JavaScript, know a final sigma and letters that become two.
 */
export function isLowered(graph: Graph, input: string): boolean {
  const consumers = consumersOf(graph, [input]).filter(({ opType }) => opType !== 'Shape');
  return (
    consumers.length > 0 &&
    consumers.every((node) => node.opType === 'StringNormalizer' && textOf(node, 'case_change_action') === 'LOWER')
  );
}
