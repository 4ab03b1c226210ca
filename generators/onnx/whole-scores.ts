import { encode } from './encode.ts';
import { CLASSIFIERS, constantOf, nodeLabels, producersOf } from './labels.ts';
import { field, type Patch } from './patch.ts';
import { GRAPH, type Graph, NODE, type Span } from './schema.ts';

/**
 * skl2onnx declares the scores of a RidgeClassifier of two classes as [N, 2] and picks one of the two at the end, so that it
 * answers [N, 1]. Without the picking the model answers what it declares.
 */
export function planWholeScores(graph: Graph): {
  readonly patches: readonly Patch[];
  readonly texts: readonly string[];
} {
  const producers = producersOf(graph);
  const found = graph.outputs.flatMap(({ name = '', type }) => {
    const node = producers.get(name);
    const [scores = '', picked = ''] = node?.inputs ?? [];
    const classifier = producers.get(scores);
    if (node?.opType !== 'ArrayFeatureExtractor' || !classifier) return [];
    if (!CLASSIFIERS.has(classifier.opType ?? '') || classifier.outputs[1] !== scores) return [];
    const declared = type?.tensor?.shape?.dims.at(-1)?.value;
    const places = constantOf(graph, producers, picked)?.dims.reduce((product, size) => product * size, 1n);
    const both = declared === 2n && nodeLabels(classifier)?.length === 2 && places === 1n;
    return both ? [{ name, node, scores }] : [];
  });
  return {
    patches: found.map(({ name, node, scores }) => {
      const identity = encode(NODE, { opType: 'Identity', inputs: [scores], outputs: [name] });
      return { span: node.at as Span, bytes: field(GRAPH.fields.nodes.no, identity) };
    }),
    texts: found.map(
      ({ name }) =>
        `output ${name} was declared as [N, 2] and held one score a row: it now holds those of both classes`,
    ),
  };
}
