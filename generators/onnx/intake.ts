import { type FileContents, sha256Of, streamed } from '../contents.ts';
import { ServingError } from '../errors.ts';
import type { ModelType } from '../tensor.ts';
import { type ExternalFile, externalFiles, type FoundFile, findExternal } from './external.ts';
import { unsupported } from './faults.ts';
import { localeProblems } from './locales.ts';
import { patchedSource } from './patch.ts';
import { planChanges } from './plan.ts';
import { isServed, type ProposedSchema, proposeSchema } from './propose.ts';
import { RUNTIME, runtimeProblems } from './runtime.ts';
import { bytesSource, piecesOf, piecesOfModel, type Source, withFile } from './source.ts';
import { type ModelSummary, readModel, summarise, type WholeModel } from './summary.ts';

/** A data file that has to be copied along with the model. */
export interface CompanionFile extends ExternalFile, FoundFile {}

/** The longest message that protobuf, and so ONNX Runtime, reads from one file. */
const LARGEST_FILE = 2 ** 31 - 1;

/** A model as it goes into a repository. */
export interface Intake {
  /** The original's bytes, or those of the changed copy: the original file itself is never changed. Read when they are written. */
  readonly bytes: FileContents;
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
  const plan = planChanges(source, original.graph);
  const { patches } = plan;
  const view = (from: Source) => (patches.length > 0 ? patchedSource(from, original.graph, patches) : from);
  const taken = view(source);
  const served = plan.after(before);
  // Read anew: a change that broke the file would show here. The labels went out of the graph with the ZipMap.
  const summary = { ...summarise(taken, readModel(taken)), classLabels: served.classLabels };
  const pieces = () => (path === undefined ? piecesOf(taken) : piecesOfModel(path, view));
  const changed = () => new ServingError('CHANGED_ON_DISK', `${source.name} was changed while it was read.`);
  const bytes = streamed(taken.size, pieces, changed);
  return {
    bytes,
    sha256: sha256Of(bytes),
    summary,
    schema: proposeSchema(served),
    propose: (modelType) => proposeSchema(served, modelType),
    changes: plan.texts,
    externalData: companions(source, original, path),
  };
}

/** Everything that keeps a model from being served. */
export function servingProblems(model: WholeModel, summary: ModelSummary): string[] {
  const inputs = summary.inputs.filter((input) => !isServed(input)).map(({ name, type }) => `input ${name} is ${type}`);
  const servable = summary.outputs.some((output) => isServed(output) || output.operator === 'ZipMap');
  return [
    ...sizeProblems(summary),
    ...runtimeProblems(model, summary),
    ...localeProblems(model),
    ...inputs,
    ...(servable ? [] : ['none of its outputs is a tensor of a known type']),
  ];
}

function sizeProblems({ bytes }: ModelSummary): string[] {
  if (bytes <= LARGEST_FILE) return [];
  return [
    `it has ${bytes} bytes, and one file may have ${LARGEST_FILE}: save its weights in a file of their own (external data)`,
  ];
}

/** Data files that are reached through a link, in words for the person. */
export function linkTexts(files: readonly CompanionFile[]): string[] {
  return files.flatMap(({ location, linkedTo }) =>
    linkedTo === undefined ? [] : [`weights of ${location} are read through a link in the model's cache: ${linkedTo}`],
  );
}

function companions(source: Source, model: WholeModel, path: string | undefined): CompanionFile[] {
  const files = externalFiles(model, source.name);
  const [first] = files;
  if (first && path === undefined) {
    throw unsupported(source, `keeps weights in ${JSON.stringify(first.location)}`, 'Give the path of the model file.');
  }
  return files.map((file) => ({
    ...file,
    ...findExternal(path ?? '', file),
  }));
}
