import { isDeepStrictEqual } from 'node:util';
import { type Document, isScalar, parseDocument, stringify } from 'yaml';
import type { Answers } from '../questions/questions.ts';
import { requestLimits } from '../questions/request-limits.ts';
import type { TensorSpec } from '../tensor.ts';
import { batchSizeEdit } from './batch-size.ts';
import { limitChanges } from './serving-limits.ts';
import { applyEdits, type Edit, rangeOf } from './text-edits.ts';

/** What `model:` in serving.yaml says of the file. */
export interface ModelFacts {
  /** Hex. */
  readonly sha256: string;
  readonly placeholder: boolean;
}

const PLACEHOLDER =
  '\n  # Stands in for the real model: it answers the right shapes and nothing else.\n  placeholder: true';
const FLOW_PLACEHOLDER = ', placeholder: true';

/**
 * Writes the answers into the template's serving.yaml. Only the values that follow the answers are replaced in its text:
 * comments, order and layout of everything else stay to the byte, and an interface that is the template's own too.
 */
export function renderServingYaml(text: string, answers: Answers, facts: ModelFacts): string {
  const document = parseDocument(text);
  const model = {
    name: answers.modelName,
    type: answers.modelType,
    version: answers.modelVersion,
    sha256: facts.sha256,
  };
  const edits = Object.entries(model).flatMap(([key, value]) => scalarEdit(document, ['model', key], value));
  const objectives = { availability: answers.availabilityObjective, latencyMs: answers.latencyObjectiveMs };
  for (const [key, value] of Object.entries(objectives))
    edits.push(...scalarEdit(document, ['objectives', key], value));
  const { maxBatchSize, maxBodyBytes } = requestLimits(answers);
  edits.push(...batchSizeEdit(text, document, maxBatchSize));
  edits.push(...limitEdit(document, ['limits', 'maxBodyBytes'], maxBodyBytes));
  if (facts.placeholder) {
    const { end } = rangeOf(document, ['model', 'sha256']);
    edits.push({ start: end, end, text: isFlowModel(document) ? FLOW_PLACEHOLDER : PLACEHOLDER });
  }
  for (const side of ['inputs', 'outputs'] as const) edits.push(...tensorsEdit(document, side, answers[side]));
  return applyEdits(text, edits);
}

/** What the release of another model changes in serving.yaml. */
export interface Release {
  readonly version: string;
  /** Hex. */
  readonly sha256: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** The day of the release, YYYY-MM-DD. */
  readonly released: string;
}

/** Writes a release into a person's own serving.yaml: what does not change stays to the byte. */
export function releaseInServingYaml(text: string, release: Release): string {
  const document = parseDocument(text);
  const edits = (['version', 'sha256'] as const).flatMap((key) => scalarEdit(document, ['model', key], release[key]));
  edits.push(...releasedEdit(text, document, release.released));
  for (const { path, write } of limitChanges(text, release))
    if (write !== undefined)
      edits.push(...(path[0] === 'batching' ? batchSizeEdit(text, document, write) : limitEdit(document, path, write)));
  for (const side of ['inputs', 'outputs'] as const) edits.push(...tensorsEdit(document, side, release[side]));
  const released = applyEdits(text, edits);
  if (isFlowModel(document)) return released.replace(FLOW_PLACEHOLDER, '');
  // The line goes, with the template's remark above it.
  return released.replace(/(?:^[ \t]*# Stands in for the real model:.*\r?\n)?^[ \t]+placeholder:.*\r?\n/m, '');
}

/** Whether `model` is written in braces. */
function isFlowModel(document: Document): boolean {
  return (document.get('model') as { flow?: boolean }).flow === true;
}

/** The first release of a repository adds the key: on a line of its own behind the hash, whose remark stays with it. */
function releasedEdit(text: string, document: Document, released: string): Edit[] {
  if (document.hasIn(['model', 'released'])) return scalarEdit(document, ['model', 'released'], released);
  const { start, end } = rangeOf(document, ['model', 'sha256']);
  const entry = `released: "${released}"`;
  if (isFlowModel(document)) return [{ start: end, end, text: `, ${entry}` }];
  const line = text.slice(text.lastIndexOf('\n', start) + 1, start);
  const [rest = ''] = /^[^\r\n]*/.exec(text.slice(end)) ?? [];
  const at = end + rest.length;
  return [{ start: at, end: at, text: `\n${/^\s*/.exec(line)?.[0]}${entry}` }];
}

/** A limit that the file leaves to its default stays left to it. */
function limitEdit(document: Document, path: readonly string[], value: number): Edit[] {
  return document.hasIn(path) ? scalarEdit(document, path, value) : [];
}

function scalarEdit(document: Document, path: readonly string[], value: string | number): Edit[] {
  const node = document.getIn(path, true);
  if (isScalar(node) && node.value === value) return [];
  // Versions and hashes can look like numbers: what was quoted stays quoted.
  const quoted = isScalar(node) && node.type === 'QUOTE_DOUBLE';
  return [
    { ...rangeOf(document, path), text: quoted ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trimEnd() },
  ];
}

function tensorsEdit(document: Document, side: 'inputs' | 'outputs', tensors: readonly TensorSpec[]): Edit[] {
  if (isDeepStrictEqual((document.toJS() as Record<string, unknown>)[side], tensors)) return [];
  const { start, end } = rangeOf(document, [side]);
  return [{ start, end, text: tensors.map(tensorBlock).join('\n  ') }];
}

/** One item of a list that is indented by two, in the layout of the template. */
function tensorBlock({ name, datatype, shape, features, labels, ...options }: TensorSpec): string {
  return [
    `- name: ${stringify(name, { lineWidth: 0 }).trimEnd()}`,
    `    datatype: ${datatype}`,
    `    shape: ${flow(shape)}`,
    ...(features ? ['    features:', ...features.map((feature) => `      - ${flow(feature)}`)] : []),
    ...(labels ? [`    labels: ${flow(labels)}`] : []),
    ...Object.entries(options).map(([key, value]) => `    ${key}: ${typeof value === 'object' ? flow(value) : value}`),
  ].join('\n');
}

/** `[-1, 4]` and `{ name: a }`, as the template writes them. */
function flow(value: object): string {
  const flowCollectionPadding = !Array.isArray(value);
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding, lineWidth: 0 }).trimEnd();
}
