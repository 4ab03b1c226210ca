import { domainName } from '../domain.ts';
import { constantInts, constantOf, producersOf } from '../labels.ts';
import type { Graph, Node } from '../schema.ts';
import { declaredShape } from '../shapes.ts';
import type { Source } from '../source.ts';
import { type Flow, LISTED, LOST, type Rows, rowsAt, type Site, UNKNOWN } from './flow.ts';
import { MORE_RULES, RULES } from './rules.ts';

/** What a graph shows of the rows of its requests. */
export interface RowAnalysis {
  /** Why the answer to a row depends on other rows, each operator and reason once; empty where nothing shows it. */
  readonly mixing: readonly string[];
  /** Outputs whose first axis is not that of the rows. */
  readonly wholeOutputs: ReadonlySet<string>;
}

/** Operators whose answer has no rows, whatever they are given. */
const ROWLESS = new Set(['Shape', 'Size', 'EyeLike']);
/** Reasons that are named; a large network would repeat them by the hundred. */
const MOST_REASONS = 5;
const NOTHING: RowAnalysis = { mixing: [], wholeOutputs: new Set() };

/**
 * Follows the axis of the rows through a graph, node by node. Nothing is run and no weight is read but small constants; what
 * cannot be followed (inner graphs, shapes that are calculated) is not judged: the repository tries the model itself. Linear in the
 * size of the graph.
 * @param opset of the domain ai.onnx
 */
export function analyseRows(source: Source, graph: Graph, opset: number): RowAnalysis {
  const weights = new Map(graph.initializers.map(({ name = '', dims }) => [name, dims.length]));
  const inputs = graph.inputs.filter(({ name }) => !weights.has(name ?? ''));
  const shapes = inputs.map(declaredShape);
  if (inputs.length === 0 || shapes.some((shape) => !shape || shape.length === 0 || typeof shape[0] === 'number')) {
    return NOTHING;
  }
  const flows = new Map<string, Flow>([
    ...[...weights].map(([name, rank]) => [name, { kind: 'none', rank }] as const),
    ...inputs.map(({ name = '' }, i) => [name, rowsAt(0, shapes[i]?.length ?? 1)] as const),
  ]);
  const producers = producersOf(graph);
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name ?? '', tensor]));
  const constant = (name: string | undefined): readonly number[] | undefined => {
    if (!name) return undefined;
    const head = initializers.get(name) ?? constantOf({ ...graph, initializers: [] }, producers, name);
    return constantInts(source, head);
  };
  const reasons = new Set<string>();
  for (const node of graph.nodes) {
    const found = stepOf(node, flows, opset, constant);
    node.outputs.forEach((name, i) => {
      flows.set(name, found.outputs[i] ?? UNKNOWN);
    });
    if (found.mixes) reasons.add(`${node.opType} ${found.mixes}`);
  }
  const symbols = new Set(shapes.map((shape) => shape?.[0]));
  const whole = graph.outputs.filter((output) => {
    const flow = flows.get(output.name ?? '');
    if (flow?.kind === 'rows') return flow.axis > 0;
    // A list may have been put back into its rows: the name of the axis tells.
    const symbol = declaredShape(output)?.[0];
    return flow?.kind === 'lost' && flow.listed === true && typeof symbol === 'string' && !symbols.has(symbol);
  });
  return {
    mixing: [...reasons].slice(0, MOST_REASONS),
    wholeOutputs: new Set(whole.map(({ name = '' }) => name)),
  };
}

function stepOf(
  node: Node,
  flows: ReadonlyMap<string, Flow>,
  opset: number,
  constant: (name: string | undefined) => readonly number[] | undefined,
): { readonly outputs: readonly Flow[]; readonly mixes?: string } {
  const { opType = '', domain } = node;
  const all = (flow: Flow) => ({ outputs: node.outputs.map(() => flow) });
  if (opType === 'Constant') return all({ kind: 'none', rank: rankOfConstant(node) });
  const inputs = node.inputs.filter((name) => name !== '').map((name) => flows.get(name) ?? UNKNOWN);
  if (ROWLESS.has(opType)) return all({ kind: 'none', rank: opType === 'Shape' ? 1 : undefined });
  const [rows] = inputs.filter((flow): flow is Rows => flow.kind === 'rows');
  if (inputs.some((flow) => flow.kind === 'lost' && flow.listed)) return all(LISTED);
  if (inputs.some(({ kind }) => kind === 'lost')) return all(LOST);
  if (inputs.some(({ kind }) => kind === 'unknown')) return all(UNKNOWN);
  if (!rows) return all({ kind: 'none', rank: inputs.length === 1 ? rankOf(inputs[0]) : undefined });
  const rule = domainName(domain) === 'ai.onnx' ? RULES.get(opType) : MORE_RULES[domainName(domain)]?.get(opType);
  return rule ? rule(siteOf(node, flows, opset, constant), rows) : all(UNKNOWN);
}

function siteOf(
  node: Node,
  flows: ReadonlyMap<string, Flow>,
  opset: number,
  constant: (name: string | undefined) => readonly number[] | undefined,
): Site {
  const attribute = (name: string) => node.attributes.find((one) => one.name === name);
  return {
    node,
    opset,
    inputs: node.inputs.filter((name) => name !== '').map((name) => flows.get(name) ?? UNKNOWN),
    int(name) {
      const value = attribute(name)?.int;
      return value === undefined ? undefined : Number(value);
    },
    ints(name) {
      const values = attribute(name)?.ints;
      return values && values.length > 0 ? values.map(Number) : undefined;
    },
    constant: (input) => constant(node.inputs[input]),
  };
}

const rankOf = (flow: Flow | undefined): number | undefined => (flow?.kind === 'none' ? flow.rank : undefined);

function rankOfConstant({ attributes }: Node): number | undefined {
  const tensor = attributes.find((one) => one.tensor)?.tensor;
  if (tensor) return tensor.dims.length;
  if (attributes.some(({ name }) => name === 'value_int' || name === 'value_float')) return 0;
  return attributes.some(({ name }) => name === 'value_ints' || name === 'value_floats') ? 1 : undefined;
}
