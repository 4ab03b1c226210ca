import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { elementCode } from './elements.ts';
import { type Draft, encode } from './encode.ts';
import { unsupported } from './faults.ts';
import { nodeLabels } from './labels.ts';
import {
  GRAPH,
  type Graph,
  MODEL,
  NODE,
  type Node,
  type Span,
  type TensorType,
  VALUE_INFO,
  type ValueInfo,
} from './schema.ts';
import type { Source } from './source.ts';
import { allNodes } from './walk.ts';

/** A ZipMap that was taken out: what the model answered before, and what it answers now. */
export interface DroppedZipMap {
  readonly was: string;
  readonly output: string;
  readonly labels: readonly string[];
}

/** Bytes to be put in the place of a span of the original. */
interface Patch {
  readonly span: Span;
  readonly bytes: Uint8Array;
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

/** The model with a plan carried out: all other bytes are copied as they are. */
export function applyZipMapPlan(source: Source, graph: Graph, { patches }: ZipMapPlan): Uint8Array {
  const whole = source.read(0, source.size);
  const { tag, start, end } = graph.at as Span;
  const pieces: Uint8Array[] = [];
  let at = start;
  for (const { span, bytes } of [...patches].sort((a, b) => a.span.tag - b.span.tag)) {
    pieces.push(whole.subarray(at, span.tag), bytes);
    at = span.end;
  }
  pieces.push(whole.subarray(at, end));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = new BinaryWriter().tag(MODEL.fields.graph.no, WireType.LengthDelimited).uint32(length).finish();
  return Buffer.concat([whole.subarray(0, tag), head, ...pieces, whole.subarray(end)]);
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

function field(no: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(no, WireType.LengthDelimited).bytes(bytes).finish();
}
