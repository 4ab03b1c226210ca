import type { Datatype } from '../tensor.ts';
import { isBinary } from './binary.ts';
import { decode } from './decode.ts';
import { domainName } from './domain.ts';
import { elementType } from './elements.ts';
import { notOnnx } from './faults.ts';
import { modelLabels, producersOf } from './labels.ts';
import { analyseRows } from './rows/analyse.ts';
import { MODEL, type Model, type Type, type ValueInfo } from './schema.ts';
import { declaredShape, withInferredShapes } from './shapes.ts';
import type { Source } from './source.ts';
import { isLowered } from './texts/lower.ts';
import { hasCapitals, patternNotes } from './texts/patterns.ts';
import { modelNodes, modelTensors } from './walk.ts';

/** An input or output of a graph. */
export interface ModelValue {
  readonly name: string;
  /** In ONNX's own words: `tensor(float)`, `seq(map(int64,tensor(float)))`. */
  readonly type: string;
  readonly isTensor: boolean;
  /** Absent where the inference protocol has no name for the type, so that it cannot be served. */
  readonly datatype?: Datatype;
  /**
   * Per axis its size, its symbol, or null where it has neither; absent where not even the number of axes is known. Of an
   * output with what the graph shows of it beyond its declaration.
   */
  readonly shape?: readonly (number | string | null)[];
  /** Of an output: the operator that makes it. */
  readonly operator?: string;
  /** Of an output: its first axis is free, and not that of the rows. */
  readonly perRow?: false;
  /** Of an output: each of its elements is a yes or a no. */
  readonly binary?: true;
}

/** What an ONNX file says of itself. */
export interface ModelSummary {
  readonly file: string;
  readonly bytes: number;
  readonly irVersion: number;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly producer: { readonly name: string; readonly version: string };
  readonly domain: string;
  readonly modelVersion: string;
  readonly graph: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly operators: readonly { readonly domain: string; readonly type: string; readonly count: number }[];
  readonly weights: { readonly tensors: number; readonly parameters: number };
  /** Why the answer to a row depends on other rows, as far as the graph shows it; left out where nothing does. */
  readonly mixing?: readonly string[];
  /** Inputs of which the graph takes the small letters alone; left out where it does so of none. */
  readonly lowered?: readonly string[];
  /** Where the words that the graph finds in texts may not be those of training; left out where they are. */
  readonly textNotes?: readonly string[];
  /** The vocabulary of the graph has capital letters; left out where it has none, or there is no vocabulary. */
  readonly capitals?: true;
  /** Class labels found in the graph; null where it has none. */
  readonly classLabels: readonly string[] | null;
}

/** A model whose graph is there and is described as the format asks. */
export type WholeModel = Model & { readonly irVersion: number; readonly graph: NonNullable<Model['graph']> };

/** Reads the structure of a model, never its weights. */
export function readModel(source: Source): WholeModel {
  const model = decode(source, MODEL);
  if (model.irVersion === undefined) throw notOnnx(source, 'it does not say the version of its format');
  if (model.graph === undefined) throw notOnnx(source, 'it holds no graph');
  if (model.operatorSets.length === 0) throw notOnnx(source, 'it names no operator set');
  if (model.graph.outputs.length === 0) throw notOnnx(source, 'its graph has no outputs');
  const { inputs, outputs } = model.graph;
  for (const [kind, values] of Object.entries({ inputs, outputs })) {
    const names = values.map((value) => value.name ?? '');
    const twice = names.find((name, at) => name === '' || names.indexOf(name) !== at);
    if (twice !== undefined)
      throw notOnnx(source, `two ${kind} of its graph have the name ${JSON.stringify(twice)}, or one has none`);
  }
  return model as WholeModel;
}

export function summarise(source: Source, model: WholeModel): ModelSummary {
  const { graph } = model;
  // Before IR version 4 every weight is listed among the inputs, too.
  const weights = new Set(graph.initializers.map((tensor) => tensor.name));
  for (const { values } of graph.sparseInitializers) weights.add(values?.name);
  const producers = producersOf(graph);
  const opset = model.operatorSets.find(({ domain }) => domainName(domain) === 'ai.onnx')?.version ?? 1;
  const rows = analyseRows(source, graph, opset);
  const inputs = graph.inputs.filter(({ name }) => !weights.has(name)).map(describe);
  const lowered = inputs.map(({ name }) => name).filter((name) => isLowered(graph, name));
  const textNotes = patternNotes(source, graph);
  const withMaker = (output: ValueInfo): ModelValue => {
    const { name = '' } = output;
    const operator = producers.get(name)?.opType;
    const value = describe(output);
    const isWhole = rows.wholeOutputs.has(name) && typeof value.shape?.[0] !== 'number';
    return {
      ...value,
      ...(isWhole && { perRow: false }),
      ...(operator && { operator }),
      ...(isBinary(producers, name) && { binary: true }),
    };
  };
  return {
    file: source.name,
    bytes: source.size,
    irVersion: model.irVersion,
    opsets: model.operatorSets.map(({ domain, version = 0 }) => ({ domain: domainName(domain), version })),
    producer: { name: model.producerName ?? '', version: model.producerVersion ?? '' },
    domain: model.domain ?? '',
    modelVersion: String(model.modelVersion ?? ''),
    graph: graph.name ?? '',
    metadata: Object.fromEntries(model.metadata.map(({ key = '', value = '' }) => [key, value])),
    inputs,
    outputs: withInferredShapes(graph, graph.outputs.map(withMaker)),
    operators: countOperators(model),
    weights: countWeights(model),
    ...(rows.mixing.length > 0 && { mixing: rows.mixing }),
    ...(lowered.length > 0 && { lowered }),
    ...(hasCapitals(source, graph) && { capitals: true as const }),
    ...(textNotes.length > 0 && { textNotes }),
    classLabels: modelLabels(source, graph) ?? null,
  };
}

function describe(info: ValueInfo): ModelValue {
  const { name = '', type = {} } = info;
  const text = typeText(type);
  if (!type.tensor) return { name, type: text, isTensor: false };
  const { datatype } = elementType(type.tensor.elementType);
  const shape = declaredShape(info);
  return { name, type: text, isTensor: true, ...(datatype && { datatype }), ...(shape && { shape }) };
}

function typeText(type: Type | undefined): string {
  if (type?.tensor) return `tensor(${elementType(type.tensor.elementType).name})`;
  if (type?.sparseTensor) return `sparse_tensor(${elementType(type.sparseTensor.elementType).name})`;
  if (type?.sequence) return `seq(${typeText(type.sequence.elementType)})`;
  if (type?.map) return `map(${elementType(type.map.keyType).name},${typeText(type.map.valueType)})`;
  if (type?.optional) return `optional(${typeText(type.optional.elementType)})`;
  return 'undeclared';
}

function countOperators(model: Model): ModelSummary['operators'] {
  const counts = new Map<string, { domain: string; type: string; count: number }>();
  for (const { domain, opType = '' } of modelNodes(model)) {
    const key = `${domainName(domain)} ${opType}`;
    const entry = counts.get(key) ?? { domain: domainName(domain), type: opType, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}

function countWeights(model: Model): ModelSummary['weights'] {
  let tensors = 0;
  let parameters = 0;
  for (const { dims } of modelTensors(model)) {
    tensors++;
    parameters += dims.reduce((product, size) => product * Number(size), 1);
  }
  return { tensors, parameters };
}
