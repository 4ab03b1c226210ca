import { elementCode } from './elements.ts';
import { type Draft, encode } from './encode.ts';
import { unsupported } from './faults.ts';
import { nodeLabels } from './labels.ts';
import { field, type Patch } from './patch.ts';
import {
  GRAPH,
  type Graph,
  NODE,
  type Node,
  type Span,
  type TensorType,
  VALUE_INFO,
  type ValueInfo,
} from './schema.ts';
import type { Source } from './source.ts';
import type { ModelSummary } from './summary.ts';
import { allNodes } from './walk.ts';

/** A ZipMap that was taken out: what the model answered before, and what it answers now. */
export interface DroppedZipMap {
  readonly was: string;
  readonly output: string;
  readonly labels: readonly string[];
}

/** The name of the scores in a model that had a ZipMap, whatever its exporter called them. */
const SCORES = 'probabilities';
const NOTHING = new Uint8Array(0);

/** What has to change for a model to do without its ZipMaps; empty for most models. */
export interface ZipMapPlan {
  readonly dropped: readonly DroppedZipMap[];
  /** Label outputs that were declared for one row only. */
  readonly freed: readonly string[];
  readonly patches: readonly Patch[];
}

/**
 * Every ZipMap whose maps are an output is to go: scikit-learn's exports end in one, and the runtime cannot hand maps to
 * JavaScript. In its stead the model answers the scores themselves, FP32 [N, C].
 */
export function planZipMaps(source: Source, graph: Graph): ZipMapPlan {
  const dropped: DroppedZipMap[] = [];
  const patches: Patch[] = [];
  for (const node of graph.nodes) {
    const info = graph.outputs.find(({ name }) => name === node.outputs[0]);
    if (node.opType !== 'ZipMap' || !info) continue;
    const labels = labelsOf(source, graph, node, info);
    const [input = ''] = node.inputs;
    const output = nameOfScores(graph, input, info.name ?? '', dropped);
    dropped.push({ was: info.name ?? '', output, labels });
    const isThere = graph.outputs.some(({ name }) => name === output && name !== info.name);
    patches.push(
      { span: node.at as Span, bytes: input === output ? NOTHING : renaming(input, output) },
      { span: info.at as Span, bytes: isThere ? NOTHING : scores(output, labels.length) },
    );
  }
  const freed = dropped.length > 0 ? graph.outputs.filter((info) => isStuckAtOneRow(graph, info)) : [];
  patches.push(...freed.map((info) => ({ span: info.at as Span, bytes: column(info) })));
  return { dropped, freed: freed.map(({ name = '' }) => name), patches };
}

/** LightGBM's converter declares the labels as [1], although there are as many as rows. */
function isStuckAtOneRow(graph: Graph, { type }: ValueInfo): boolean {
  const dims = type?.tensor?.shape?.dims;
  const rowsAreFree = graph.inputs.every((input) => input.type?.tensor?.shape?.dims[0]?.value === undefined);
  return rowsAreFree && dims?.length === 1 && dims[0]?.value === 1n;
}

function column({ name, type }: ValueInfo): Uint8Array {
  const tensor = { elementType: type?.tensor?.elementType, shape: { dims: [{ param: 'N' }] } } as Draft<TensorType>;
  return field(GRAPH.fields.outputs.no, encode(VALUE_INFO, { name: name ?? '', type: { tensor } }));
}

function labelsOf(source: Source, graph: Graph, node: Node, output: ValueInfo): string[] {
  const labels = nodeLabels(node);
  if (!labels) throw unsupported(source, `has a ZipMap without class labels (output ${JSON.stringify(output.name)})`);
  if ([...allNodes(graph.nodes)].some(({ inputs }) => inputs.includes(output.name ?? ''))) {
    throw unsupported(source, `uses the maps of its ZipMap ${JSON.stringify(output.name)} within the graph`);
  }
  return labels;
}

/** The common name, unless another value of the graph has it: then the output keeps the name that the maps had. */
function nameOfScores(graph: Graph, input: string, was: string, dropped: readonly DroppedZipMap[]): string {
  if (dropped.some(({ output }) => output === SCORES)) return was;
  return input === SCORES || !isTaken(graph, SCORES) ? SCORES : was;
}

function renaming(from: string, to: string): Uint8Array {
  return field(GRAPH.fields.nodes.no, encode(NODE, { opType: 'Identity', inputs: [from], outputs: [to] }));
}

function scores(name: string, classes: number): Uint8Array {
  const dims = [{ param: 'N' }, { value: BigInt(classes) }];
  const type = { tensor: { elementType: elementCode('FP32'), shape: { dims } } };
  return field(GRAPH.fields.outputs.no, encode(VALUE_INFO, { name, type }));
}

function isTaken(graph: Graph, name: string): boolean {
  const values = [...graph.inputs, ...graph.outputs, ...graph.initializers];
  return (
    values.some((value) => value.name === name) ||
    [...allNodes(graph.nodes)].some((node) => node.outputs.includes(name))
  );
}

/** A summary as it will be once a plan is carried out. */
export function withoutZipMaps(summary: ModelSummary, { dropped, freed }: ZipMapPlan): ModelSummary {
  const outputs = summary.outputs.map((output) => {
    if (freed.includes(output.name)) return { ...output, shape: ['N'] };
    const gone = dropped.find(({ was }) => was === output.name);
    if (!gone) return output;
    const shape = ['N', gone.labels.length];
    const tensor = { type: 'tensor(float)', isTensor: true, datatype: 'FP32' as const, shape };
    return { name: gone.output, operator: 'ZipMap', ...tensor };
  });
  return { ...summary, outputs, ...droppedLabels(dropped) };
}

/** What goes with the ZipMaps, in words for the person. */
export function zipMapTexts({ dropped, freed }: ZipMapPlan): string[] {
  const zipMaps = dropped.map(({ was, output, labels }) => {
    const classes = `${labels.slice(0, 10).join(', ')}${labels.length > 10 ? ', …' : ''}`;
    return `ZipMap dropped: output ${was}, a list of maps, is now ${output}, FP32 [N, ${labels.length}]; its classes are ${classes}`;
  });
  return [
    ...zipMaps,
    ...freed.map((output) => `output ${output} was declared as [1] and is now [N]: there is one per row`),
  ];
}

/** The labels went out of the graph with the node. */
function droppedLabels([first]: readonly DroppedZipMap[]): Pick<ModelSummary, 'classLabels'> | undefined {
  return first && { classLabels: first.labels };
}
