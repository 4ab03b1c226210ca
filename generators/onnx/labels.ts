import { decode } from './decode.ts';
import { elementType } from './elements.ts';
import { type Graph, type Node, TENSOR, type TensorHead } from './schema.ts';
import type { Source } from './source.ts';

/** Nodes that hand on class labels as they are, by their first input. */
export const HANDS_ON = new Set(['Cast', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);
/** Their first output is the label, their second the score of each class. */
export const CLASSIFIERS = new Set(['LinearClassifier', 'SVMClassifier', 'TreeEnsembleClassifier']);
/** Label lists are small; a larger tensor is none. */
const LARGEST_LIST = 1024 * 1024;

/** The class labels written into a node: ZipMap and the classifiers have them as attributes, as texts or as integers. */
export function nodeLabels(node: Node): string[] | undefined {
  const lists = node.attributes.filter(({ name }) => name?.startsWith('classlabels_'));
  const texts = lists.flatMap(({ strings }) => strings.map(text));
  if (texts.length > 0) return texts;
  const numbers = lists.flatMap(({ ints }) => ints.map(String));
  return numbers.length > 0 ? numbers : undefined;
}

/** The class labels of a model: from its ZipMap, from what its label output is picked from, or from its only classifier. */
export function modelLabels(source: Source, graph: Graph): string[] | undefined {
  const zipMap = graph.nodes.find(({ opType }) => opType === 'ZipMap');
  if (zipMap) return nodeLabels(zipMap);
  const producers = producersOf(graph);
  for (const { name = '' } of graph.outputs) {
    const found = labelsBehind(source, graph, producers, name);
    if (found) return found;
  }
  const lists = new Map(
    graph.nodes
      .filter(({ opType = '' }) => CLASSIFIERS.has(opType))
      .map((node) => [JSON.stringify(nodeLabels(node)), nodeLabels(node)]),
  );
  return lists.size === 1 ? [...lists.values()][0] : undefined;
}

export type Producers = ReadonlyMap<string, Node>;

/** The node behind each value. */
export function producersOf(graph: Graph): Producers {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
}

function labelsBehind(source: Source, graph: Graph, producers: Producers, output: string): string[] | undefined {
  let node = producers.get(output);
  // A graph cannot hold more steps than nodes, unless it goes round in circles.
  for (let steps = graph.nodes.length; node && HANDS_ON.has(node.opType ?? '') && steps > 0; steps--) {
    node = producers.get(node.inputs[0] ?? '');
  }
  if (node && CLASSIFIERS.has(node.opType ?? '')) return nodeLabels(node);
  if (node?.opType !== 'ArrayFeatureExtractor') return undefined;
  return tensorLabels(source, constantOf(graph, producers, node.inputs[0] ?? ''));
}

export function constantOf(graph: Graph, producers: Producers, name: string): TensorHead | undefined {
  const initializer = graph.initializers.find((tensor) => tensor.name === name);
  if (initializer) return initializer;
  const node = producers.get(name);
  return node?.opType === 'Constant' ? node.attributes.find(({ tensor }) => tensor)?.tensor : undefined;
}

/** The elements of a small tensor of integers; undefined where it is none. */
export function constantInts(source: Source, head: TensorHead | undefined): readonly number[] | undefined {
  const name = elementType(head?.dataType).name;
  if (name !== 'int64' && name !== 'int32') return undefined;
  return tensorLabels(source, head)?.map(Number);
}

function tensorLabels(source: Source, head: TensorHead | undefined): string[] | undefined {
  if (!head?.at || head.at.end - head.at.start > LARGEST_LIST) return undefined;
  const { dataType, stringData, int32Data, int64Data, rawData } = decode(source, TENSOR, head.at);
  if (stringData.length > 0) return stringData.map(text);
  const numbers = [...int32Data, ...int64Data];
  if (numbers.length > 0) return numbers.map(String);
  if (!rawData) return undefined;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.length);
  const count = (width: number) => Math.floor(rawData.length / width);
  const { name } = elementType(dataType);
  if (name === 'int64') return Array.from({ length: count(8) }, (_, at) => String(view.getBigInt64(at * 8, true)));
  if (name === 'int32') return Array.from({ length: count(4) }, (_, at) => String(view.getInt32(at * 4, true)));
  return undefined;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
