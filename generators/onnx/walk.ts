import type { Graph, Model, Node, TensorHead } from './schema.ts';

/** Every node of a graph, those of the graphs inside its nodes (If, Loop, Scan) included. */
export function* allNodes(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    for (const graph of innerGraphs(node)) yield* allNodes(graph.nodes);
  }
}

/** Every node of a model, those of the functions it brings along included. */
export function* modelNodes(model: Model): Generator<Node> {
  yield* allNodes(model.graph?.nodes ?? []);
  for (const { nodes } of model.functions) yield* allNodes(nodes);
}

/** Every tensor that a model holds: weights, and constants in its nodes. */
export function* modelTensors(model: Model): Generator<TensorHead> {
  if (model.graph) yield* graphTensors(model.graph);
  for (const { nodes } of model.functions) yield* nodeTensors(nodes);
}

function* graphTensors(graph: Graph): Generator<TensorHead> {
  yield* graph.initializers;
  for (const { values, indices } of graph.sparseInitializers) {
    if (values) yield values;
    if (indices) yield indices;
  }
  yield* nodeTensors(graph.nodes);
}

function* nodeTensors(nodes: readonly Node[]): Generator<TensorHead> {
  for (const node of nodes) {
    for (const { tensor, tensors } of node.attributes) {
      if (tensor) yield tensor;
      yield* tensors;
    }
    for (const graph of innerGraphs(node)) yield* graphTensors(graph);
  }
}

function innerGraphs(node: Node): Graph[] {
  return node.attributes.flatMap(({ graph, graphs }) => (graph ? [graph, ...graphs] : graphs));
}
