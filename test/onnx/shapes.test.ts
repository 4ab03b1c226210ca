import { takeIn } from '../../generators/onnx/intake.ts';
import type { Graph, Node } from '../../generators/onnx/schema.ts';
import { withInferredShapes } from '../../generators/onnx/shapes.ts';
import { modelPath } from './fixtures.ts';

type Sizes = readonly (number | string | null)[];

const node = (opType: string, from: string, to: string, domain?: string): Node => ({
  opType,
  inputs: [from],
  outputs: [to],
  attributes: [],
  ...(domain && { domain }),
});

/** The shape of `y`, declared as `declared`, in a graph of these nodes from the input `x`. */
function inferred(nodes: Node[], x: Sizes, declared: Sizes | undefined): Sizes | undefined {
  const dims = x.map((size) =>
    typeof size === 'number' ? { value: BigInt(size) } : size === null ? {} : { param: size },
  );
  const graph: Graph = {
    nodes,
    initializers: [],
    inputs: [{ name: 'x', type: { tensor: { elementType: 1, shape: { dims } } } }],
    outputs: [],
    sparseInitializers: [],
  };
  const [output] = withInferredShapes(graph, [{ name: 'y', isTensor: true, ...(declared && { shape: declared }) }]);
  return output?.shape;
}

it.each<[string, Node[], Sizes, Sizes | undefined, Sizes]>([
  ['a free axis has the size of the input', [node('Relu', 'x', 'y')], [1, 1, 8], [1, 'd', 8], [1, 1, 8]],
  ['over several steps', [node('Relu', 'x', 'a'), node('Cast', 'a', 'y')], ['n', 4], ['n', null], ['n', 4]],
  ['an output without a declared rank has that of the input', [node('Tanh', 'x', 'y')], ['n', 4], undefined, ['n', 4]],
  ['an output keeps its own symbols', [node('Tanh', 'x', 'y')], ['n', 'c'], ['rows', 'classes'], ['rows', 'classes']],
  ['an output keeps the size that it declares', [node('Relu', 'x', 'y')], ['n', 4], ['n', 5], ['n', 5]],
  ['another operator shows nothing', [node('Gemm', 'x', 'y')], ['n', 4], ['n', null], ['n', null]],
  ["nobody's operator shows nothing", [node('Relu', 'x', 'y', 'com.example')], ['n', 4], ['n', null], ['n', null]],
  ['a circle ends', [node('Relu', 'x', 'y'), node('Relu', 'y', 'x')], ['n', 4], ['n', null], ['n', 4]],
])('%s', (_, nodes, x, declared, expected) => {
  expect(inferred(nodes, x, declared)).toEqual(expected);
});

it('a long chain takes work that is linear in its length', () => {
  const length = 200_000;
  const nodes = Array.from({ length }, (_, i) =>
    node('Relu', i === 0 ? 'x' : `v${i}`, i === length - 1 ? 'y' : `v${i + 1}`),
  );
  // From the end on, so that each step joins a long set.
  expect(inferred(nodes.reverse(), ['n', 7], ['n', null])).toEqual(['n', 7]);
});

it('a model whose answer has a size that its file declares as free is proposed as it is', () => {
  expect(takeIn(modelPath('crafted/known-size')).schema.outputs).toEqual([
    { name: 'y', datatype: 'FP32', shape: [1, 1, 8] },
  ]);
});
