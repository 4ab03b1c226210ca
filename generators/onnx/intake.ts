import { dirname, join } from 'node:path';
import { sha256 } from '../hash.ts';
import type { ModelType } from '../tensor.ts';
import { type ExternalFile, externalFiles, externalSize } from './external.ts';
import { unsupported } from './faults.ts';
import { isServed, type ProposedSchema, proposeSchema } from './propose.ts';
import { RUNTIME, runtimeProblems } from './runtime.ts';
import { bytesSource, type Source, withFile } from './source.ts';
import { type ModelSummary, readModel, summarise, type WholeModel } from './summary.ts';
import { applyZipMapPlan, type DroppedZipMap, planZipMaps, type ZipMapPlan } from './zipmap.ts';

/** A data file that has to be copied along with the model. */
export interface CompanionFile extends ExternalFile {
  /** Where it is now. */
  readonly path: string;
  readonly bytes: number;
}

/** A model as it goes into a repository. */
export interface Intake {
  /** The original's bytes, or those of the changed copy: the original file itself is never changed. */
  readonly bytes: Uint8Array;
  /** Of these bytes, hex. */
  readonly sha256: string;
  readonly summary: ModelSummary;
  readonly schema: ProposedSchema;
  /** The schema for a model type that somebody names. */
  readonly propose: (modelType: ModelType) => ProposedSchema;
  /** What was changed in the model, in words for the person; empty if nothing was. */
  readonly changes: readonly string[];
  /** Weights in files of their own, to be put beside the model under their `location`. */
  readonly externalData: readonly CompanionFile[];
}

/** Takes a model in: checks that it can be served, makes it servable where that is possible, and proposes its schema. */
export function takeIn(model: string | Uint8Array): Intake {
  return typeof model === 'string'
    ? withFile(model, (source) => takeInSource(source, model))
    : takeInSource(bytesSource(model));
}

function takeInSource(source: Source, path?: string): Intake {
  const original = readModel(source);
  const before = summarise(source, original);
  const problems = servingProblems(original, before);
  if (problems.length > 0) throw unsupported(source, `cannot be served with ${RUNTIME}: ${problems.join('; ')}`);
  const plan = planZipMaps(source, original.graph);
  const bytes = plan.patches.length > 0 ? applyZipMapPlan(source, original.graph, plan) : source.read(0, source.size);
  const taken = bytesSource(bytes, source.name);
  const served = withoutZipMaps(before, plan);
  // Read anew: a change that broke the file would show here.
  const summary = { ...summarise(taken, readModel(taken)), ...labelsOf(plan.dropped) };
  return {
    bytes,
    sha256: sha256(bytes),
    summary,
    schema: proposeSchema(served),
    propose: (modelType) => proposeSchema(served, modelType),
    changes: changeTexts(plan),
    externalData: companions(source, original, path),
  };
}

/** Everything that keeps a model from being served. */
export function servingProblems(model: WholeModel, summary: ModelSummary): string[] {
  const inputs = summary.inputs.filter((input) => !isServed(input)).map(({ name, type }) => `input ${name} is ${type}`);
  const servable = summary.outputs.some((output) => isServed(output) || output.operator === 'ZipMap');
  return [
    ...runtimeProblems(model, summary),
    ...inputs,
    ...(servable ? [] : ['none of its outputs is a tensor of a known type']),
  ];
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
  return { ...summary, outputs, ...labelsOf(dropped) };
}

/** What a plan changes, in words for the person. */
export function changeTexts({ dropped, freed }: ZipMapPlan): string[] {
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
function labelsOf([first]: readonly DroppedZipMap[]): Pick<ModelSummary, 'classLabels'> | undefined {
  return first && { classLabels: first.labels };
}

function companions(source: Source, model: WholeModel, path: string | undefined): CompanionFile[] {
  const files = externalFiles(model, source.name);
  const [first] = files;
  if (first && path === undefined) {
    throw unsupported(source, `keeps weights in ${JSON.stringify(first.location)}`, 'Give the path of the model file.');
  }
  return files.map((file) => ({
    ...file,
    path: join(dirname(path ?? ''), file.location),
    bytes: externalSize(path ?? '', file),
  }));
}
