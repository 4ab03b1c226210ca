import { domainName } from './domain.ts';
import type { Graph, Node, ValueInfo } from './schema.ts';

/** Per axis its size, its symbol, or null where it has neither. */
type Shape = readonly (number | string | null)[];

interface Output {
  readonly name: string;
  readonly isTensor: boolean;
  readonly shape?: Shape;
}

/** Operators whose first output has the shape of their first input, by domain. */
const SAME_SHAPE: Readonly<Record<string, ReadonlySet<string>>> = {
  'ai.onnx': new Set(
    (
      'Abs Acos Asin Atan BatchNormalization Bernoulli Cast CastLike Ceil Celu Clip Cos CumSum DequantizeLinear Dropout ' +
      'Elu Erf Exp Floor Gelu HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN ' +
      'LayerNormalization LeakyRelu Log LogSoftmax LpNormalization Mish Neg Not QuantizeLinear Reciprocal Relu Round Selu ' +
      'Shrink Sigmoid Sign Sin Softmax Softplus Softsign Sqrt Tan Tanh ThresholdedRelu'
    ).split(' '),
  ),
  'ai.onnx.ml': new Set(['Binarizer', 'CategoryMapper', 'Imputer', 'LabelEncoder', 'Normalizer', 'Scaler']),
};

/**
 * The outputs with the shapes that the graph itself shows: values that are made of each other element by element have one
 * shape. Exporters declare an axis as free that the input fixes, or the labels of a multi-label classifier as one a row;
 * the runtime infers the rest and goes by what it infers. Linear in the size of the graph.
 */
export function withInferredShapes<T extends Output>(graph: Graph, outputs: readonly T[]): readonly T[] {
  const groups = groupValues(graph.nodes);
  const known = new Map<string, Shape>();
  const note = (name: string, shape: Shape | undefined): void => {
    if (!shape) return;
    const group = groups.find(name);
    const found = known.get(group);
    known.set(group, found ? merge(found, shape) : shape);
  };
  // The outputs first: where two values name an axis, the name is that of the output.
  for (const { name, shape } of outputs) note(name, shape);
  for (const info of graph.inputs) note(info.name ?? '', declaredShape(info));
  for (const { dims, name = '' } of graph.initializers) note(name, dims.map(Number));
  for (const [name, shape] of scoresOfZipMaps(graph.nodes)) note(name, shape);
  return outputs.map((output) => {
    const shape = output.isTensor ? known.get(groups.find(output.name)) : undefined;
    return shape ? { ...output, shape: output.shape ? own(output.shape, shape) : shape } : output;
  });
}

/** A value's declared shape: per axis its size, its symbol, or null; undefined where not even the rank is declared. */
export function declaredShape({ type }: ValueInfo): Shape | undefined {
  return type?.tensor?.shape?.dims.map(({ value, param }) => {
    // A negative size is against the format, but exporters write -1 for a free axis.
    if (value === undefined || value < 0n) return param || null;
    return Number(value);
  });
}

/** The rank that more is known of; of each axis the size before the symbol before nothing. A contradiction is left as it is declared. */
function merge(a: Shape, b: Shape): Shape {
  if (a.length !== b.length) return a.length > b.length ? a : b;
  return a.map((size, axis) => {
    const other = b[axis] ?? null;
    if (typeof size === 'number') return size;
    return typeof other === 'number' ? other : (size ?? other);
  });
}

/** An output keeps its own symbols, and the sizes that it declares itself. */
function own(declared: Shape, inferred: Shape): Shape {
  return declared.length === inferred.length ? merge(declared, inferred) : inferred;
}

/** The runtime cannot say what a ZipMap answers, but it takes one score for each of its labels. */
function scoresOfZipMaps(nodes: readonly Node[]): (readonly [string, Shape])[] {
  return nodes.flatMap((node) => {
    if (node.opType !== 'ZipMap') return [];
    const labels = node.attributes.find(({ name }) => name?.startsWith('classlabels_'));
    const count = Math.max(labels?.strings.length ?? 0, labels?.ints.length ?? 0);
    return count > 0 ? [[node.inputs[0] ?? '', [null, count]] as const] : [];
  });
}

/** Sets of values of one shape (union-find with path halving). */
function groupValues(nodes: readonly Node[]): { find(name: string): string } {
  const parents = new Map<string, string>();
  const find = (name: string): string => {
    let at = name;
    for (let parent = parents.get(at); parent !== undefined; parent = parents.get(at)) {
      const above = parents.get(parent);
      if (above !== undefined) parents.set(at, above);
      at = parent;
    }
    return at;
  };
  for (const { domain, opType = '', inputs, outputs } of nodes) {
    const [input, output] = [inputs[0], outputs[0]];
    if (!input || !output || !SAME_SHAPE[domainName(domain)]?.has(opType)) continue;
    const [a, b] = [find(input), find(output)];
    if (a !== b) parents.set(a, b);
  }
  return { find };
}
