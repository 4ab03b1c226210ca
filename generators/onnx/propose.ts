import { isDeepStrictEqual } from 'node:util';
import { type Datatype, labelOutput, type ModelType, type TensorSpec, type Unknown } from '../tensor.ts';
import { featureNames, labelNames } from './metadata.ts';
import { type Guess, guessModelType, isProbability } from './model-type.ts';
import type { ModelSummary, ModelValue } from './summary.ts';

/** Beyond this many columns nobody names them one by one: rows are sent as arrays. */
const MOST_NAMED_FEATURES = 512;

export interface ProposedSchema {
  readonly modelType: ModelType;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** What was decided, in words for the person. */
  readonly notes: readonly string[];
  readonly unknown: readonly Unknown[];
}

/** An input or output that can be served. */
export type ServedValue = ModelValue & {
  readonly datatype: Datatype;
  readonly shape: readonly (number | string | null)[];
};

/**
 * The schema of a model as far as its file tells it, with placeholders for the rest and a list of what they are.
 * @param wanted the model type, where somebody has said it
 */
export function proposeSchema(summary: ModelSummary, wanted?: ModelType): ProposedSchema {
  const notes: string[] = [];
  const unknown: Unknown[] = [];
  const inputs = served(summary.inputs, 'inputs', unknown);
  const all = served(summary.outputs, 'outputs', unknown);
  const outputs = withoutLabelsInARow(inputs, all, notes);
  for (const { name, type } of summary.outputs.filter((output) => !isServed(output))) {
    notes.push(`output ${name} is not served: ${type} is no tensor that the protocol can carry`);
  }
  const unbatched = outputs.filter((output) => !hasRows(output) || output.perRow === false).map(({ name }) => name);
  if (inputs.every(hasRows) && unbatched.length > 0) {
    notes.push(`requests share no run: the first axis of ${unbatched.join(', ')} is not that of the rows`);
  }
  if (unbatched.length === 0) notes.push(...mixingNotes(summary));
  const named = knownLabels(summary);
  const guess = guessModelType(inputs, outputs, named, wanted);
  const { modelType, scores, why } = guess;
  const labels = guess.multiLabel ? labelsOfMany(summary, scores) : named;
  notes.push(`model type ${modelType}: ${why}`, ...(summary.textNotes ?? []));
  const inputSpecs = inputs.map((input, at) => inputSpec(input, at, { summary, modelType, inputs, notes, unknown }));
  const outputSpecs = outputs.map((output, at) => outputSpec(output, at, { guess, labels, notes, unknown }));
  return {
    modelType,
    inputs: inputSpecs,
    outputs: scores && !guess.multiLabel ? withClasses(outputSpecs, summary.classLabels, unknown) : outputSpecs,
    notes,
    unknown,
  };
}

/** What the graph shows; the repository's own trial decides. */
export function mixingNotes({ mixing = [] }: Pick<ModelSummary, 'mixing'>): readonly string[] {
  if (mixing.length === 0) return [];
  const reason = `the answer to a row depends on other rows (${mixing.join('; ')})`;
  return [`requests are neither merged nor split where the trial at the start confirms that ${reason}`];
}

/** Names in the metadata are for numbered classes; classes that have names in the graph keep them. */
function knownLabels({ classLabels, metadata }: ModelSummary): readonly string[] | undefined {
  const named = labelNames(metadata);
  if (classLabels === null) return named;
  return named?.length === classLabels.length && classLabels.every(isNumeral) ? named : classLabels;
}

/** The values in the graph are those of each yes or no, unless there are as many as labels. */
function labelsOfMany({ classLabels, metadata }: ModelSummary, scores: ServedValue | undefined) {
  return [labelNames(metadata), classLabels ?? undefined].find((names) => names?.length === scores?.shape[1]);
}

function isNumeral(label: string): boolean {
  return /^-?\d+$/.test(label);
}

/** A tensor of a type that the protocol can carry. */
export function isServed(value: ModelValue): value is ModelValue & { readonly datatype: Datatype } {
  return value.datatype !== undefined;
}

/** What can be served; where the file does not even tell the rank, one free axis stands for it until somebody answers. */
function served(values: readonly ModelValue[], list: string, unknown: Unknown[]): ServedValue[] {
  return values.filter(isServed).map((value, at) => {
    if (value.shape) return { ...value, shape: value.shape };
    unknown.push({ kind: 'shape', path: `${list}[${at}].shape`, question: `The sizes of the axes of ${value.name}` });
    return { ...value, shape: [null] };
  });
}

/**
 * skl2onnx answers the labels of a QuadraticDiscriminantAnalysis as [1, rows]: no request could share a run. They say what
 * the scores say.
 */
function withoutLabelsInARow(
  inputs: readonly ServedValue[],
  outputs: readonly ServedValue[],
  notes: string[],
): readonly ServedValue[] {
  const isInARow = ({ datatype, shape }: ServedValue) =>
    !datatype.startsWith('FP') && shape.length === 2 && shape[0] === 1 && typeof shape[1] !== 'number';
  const rest = outputs.filter((output) => !isInARow(output));
  if (rest.length === outputs.length || rest.length === 0 || ![...inputs, ...rest].every(hasRows)) return outputs;
  for (const { name } of outputs.filter(isInARow)) {
    notes.push(
      `output ${name} is not served: it is [1, rows], not one label a row; the label is that of the highest score`,
    );
  }
  return rest;
}

function hasRows({ shape }: ServedValue): boolean {
  return shape.length > 0 && typeof shape[0] !== 'number';
}

function shapeOf(value: ServedValue): number[] {
  return value.shape.map((size) => (typeof size === 'number' ? size : -1));
}

interface InputContext {
  readonly summary: ModelSummary;
  readonly modelType: ModelType;
  readonly inputs: readonly ServedValue[];
  readonly notes: string[];
  readonly unknown: Unknown[];
}

function inputSpec(input: ServedValue, at: number, context: InputContext): TensorSpec {
  const { summary, modelType, inputs, notes, unknown } = context;
  const known = featureNames(summary.metadata);
  const shape = withKnownWidth(shapeOf(input), inputs.length === 1 ? known?.length : undefined);
  const spec = { name: input.name, datatype: input.datatype, shape };
  if (modelType === 'custom') return withOwnNames(spec, inputs.length === 1 ? known : undefined);
  if (modelType === 'text-classification' && summary.lowered?.includes(input.name)) {
    notes.push(`texts get small letters before the model does it, as Python does: it changes letter by letter`);
    return { ...spec, text: { lowercase: true } };
  }
  if (!modelType.startsWith('tabular-')) return withSteps(spec, at, modelType, unknown);
  const path = `inputs[${at}].features`;
  const what = input.datatype === 'BYTES' ? 'Categories' : 'Units and ranges';
  const ranges = { kind: 'ranges', path, question: `${what} of the columns of ${input.name}` } as const;
  // Without an axis of columns the input itself is the column.
  if (shape.length === 1) return spec;
  const width = shape[1] ?? 1;
  if (width === -1) {
    unknown.push({ kind: 'columns', path, question: `How many columns does ${input.name} have, and which?` });
    return spec;
  }
  if (width === 1 && inputs.length > 1) {
    unknown.push(ranges);
    return { ...spec, features: [{ name: input.name }] };
  }
  if (known?.length === width) {
    notes.push(`the columns of ${input.name} are named in the model's metadata`);
    unknown.push(ranges);
    return { ...spec, features: known.map((name) => ({ name })) };
  }
  if (width > MOST_NAMED_FEATURES) {
    notes.push(`the ${width} columns of ${input.name} have no names: rows are sent as arrays`);
    return spec;
  }
  unknown.push(
    { kind: 'columns', path, question: `Names of the ${width} columns of ${input.name}, in their order` },
    ranges,
  );
  // No two columns of a service may have one name.
  const stem = inputs.length === 1 ? 'feature' : input.name;
  return { ...spec, features: Array.from({ length: width }, (_, column) => ({ name: `${stem}_${column}` })) };
}

/** Columns that the file names keep their names, whatever the model answers. */
function withOwnNames(spec: TensorSpec, names: readonly string[] | undefined): TensorSpec {
  const [, width] = spec.shape;
  if (!names || spec.shape.length !== 2 || width !== names.length) return spec;
  return { ...spec, features: names.map((name) => ({ name })) };
}

/** Where the file of a model that takes token ids is looked for. */
const TOKENIZER = 'model/tokenizer.json';

/** How pictures and texts become tensors is nowhere in the graph. */
function withSteps(spec: TensorSpec, at: number, modelType: ModelType, unknown: Unknown[]): TensorSpec {
  if (modelType === 'image-classification') {
    const question = `How pictures were scaled and normalised for ${spec.name}`;
    unknown.push({ kind: 'image', path: `inputs[${at}].image`, question });
  }
  if (modelType !== 'text-classification' || spec.datatype === 'BYTES' || at > 0) return spec;
  const question = `The model's tokenizer, to be put at ${TOKENIZER}, and its longest text in tokens`;
  unknown.push({ kind: 'tokens', path: `inputs[${at}].text`, question });
  return { ...spec, text: { tokenizer: TOKENIZER, tooLong: 'truncate' } };
}

function withKnownWidth(shape: readonly number[], width: number | undefined): readonly number[] {
  return shape.length === 2 && shape[1] === -1 && width !== undefined ? [shape[0] ?? -1, width] : shape;
}

interface OutputContext {
  readonly guess: Guess;
  readonly labels: readonly string[] | undefined;
  readonly notes: string[];
  readonly unknown: Unknown[];
}

function outputSpec(output: ServedValue, at: number, { guess, labels, notes, unknown }: OutputContext): TensorSpec {
  const shape = shapeOf(output);
  const whole = guess.modelType === 'custom' && output.perRow === false && { perRow: false };
  const plain = { name: output.name, datatype: output.datatype, shape, ...whole };
  if (output !== guess.scores) return plain;
  const spec = { ...plain, ...scoreKeys(output, at, guess.multiLabel === true, unknown) };
  const declared = shape.at(-1) ?? -1;
  const path = `outputs[${at}].labels`;
  if (labels && (declared === -1 || declared === labels.length)) {
    if (labels.every(isNumeral)) {
      unknown.push({
        kind: 'labels',
        path,
        question: `Names of the classes ${labels.slice(0, 10).join(', ')}, if they have any`,
      });
    }
    return { ...spec, shape: [...shape.slice(0, -1), labels.length], labels };
  }
  if (labels) notes.push(`the model names ${labels.length} classes, but ${output.name} has ${declared} scores`);
  unknown.push({ kind: 'labels', path, question: `Names of the classes of ${output.name}, in their order` });
  if (declared === -1) return spec;
  return { ...spec, labels: Array.from({ length: declared }, (_, index) => `class_${index}`) };
}

/** Operators of the last layer of a network: any number comes out of them, not only probabilities. */
const LINEAR = new Set(['Add', 'Gemm', 'MatMul', 'Sub']);

/** What the graph shows of the scores: whether they exclude each other, and whether they are no probabilities. */
function scoreKeys(scores: ServedValue, at: number, multiLabel: boolean, unknown: Unknown[]): Partial<TensorSpec> {
  const raw = !isProbability(scores) && (/logit/i.test(scores.name) || LINEAR.has(scores.operator ?? ''));
  if (raw) {
    const step = multiLabel ? 'sigmoid' : 'softmax';
    const question = `${scores.name} looks like scores, not probabilities: ${step} makes probabilities of them, none answers them as scores`;
    unknown.push({ kind: 'activation', path: `outputs[${at}].activation`, question });
  }
  return { ...(raw && { activation: 'none' as const }), ...(multiLabel && { multiLabel }) };
}

/**
 * A classifier's own label output: integers say which values are its classes, so that names may be given to them; texts
 * are names themselves.
 */
function withClasses(
  outputs: readonly TensorSpec[],
  classes: readonly string[] | null,
  unknown: Unknown[],
): readonly TensorSpec[] {
  const names = outputs.find(({ labels }) => labels)?.labels;
  const own = labelOutput(outputs);
  if (own && !classes && names && own.datatype !== 'BYTES') {
    const path = `outputs[${outputs.indexOf(own)}].classes`;
    unknown.push({
      kind: 'classes',
      path,
      question: `The values of ${own.name} that stand for the classes, in their order`,
    });
    return outputs.map((output) => (output === own ? { ...output, classes: names.map((_, place) => place) } : output));
  }
  if (!own || !classes || classes.length !== names?.length) return outputs;
  if (own.datatype === 'BYTES' && isDeepStrictEqual(classes, names)) return outputs;
  const values = own.datatype === 'BYTES' ? classes : classes.map(asInteger);
  return outputs.map((output) => (output === own ? { ...output, classes: values } : output));
}

/** Beyond 2^53 a number would be another one. */
function asInteger(label: string): string | number {
  return isNumeral(label) && Number.isSafeInteger(Number(label)) ? Number(label) : label;
}
