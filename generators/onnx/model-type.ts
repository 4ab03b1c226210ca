import type { ModelType } from '../tensor.ts';
import { findMultiLabel } from './multi-label.ts';
import type { ServedValue } from './propose.ts';

export interface Guess {
  readonly modelType: ModelType;
  /** The output that holds one score per class, if the model is a classifier. */
  readonly scores?: ServedValue | undefined;
  /** Its classes do not exclude each other. */
  readonly multiLabel?: boolean;
  readonly why: string;
}

/**
 * What kind of model a graph looks like, from its inputs and outputs alone.
 * @param wanted the type, where somebody has said it; then only the output with the scores is looked for
 */
export function guessModelType(
  inputs: readonly ServedValue[],
  outputs: readonly ServedValue[],
  labels: readonly string[] | undefined,
  wanted?: ModelType,
): Guess {
  const multi = findMultiLabel(outputs);
  if (wanted !== undefined) {
    if (!wanted.endsWith('-classification')) return { modelType: wanted, why: 'as asked for' };
    return multi
      ? { modelType: wanted, scores: multi.scores, multiLabel: true, why: `as asked for, multi-label: ${multi.why}` }
      : { modelType: wanted, scores: scoresOf(outputs, labels), why: 'as asked for' };
  }
  const guess = guessFrom(inputs, outputs, labels, multi?.scores);
  if (!multi || guess.scores !== multi.scores) return guess;
  return { ...guess, multiLabel: true, why: `${guess.why}; several labels may apply to a row: ${multi.why}` };
}

function guessFrom(
  inputs: readonly ServedValue[],
  outputs: readonly ServedValue[],
  labels: readonly string[] | undefined,
  multiLabel: ServedValue | undefined,
): Guess {
  const scores = multiLabel ?? scoresOf(outputs, labels);
  const [input] = inputs;
  if (scores && inputs.length === 1 && input && isImage(input)) {
    return {
      modelType: 'image-classification',
      scores,
      why: `${input.name} has the shape of images, ${scores.name} one score per class`,
    };
  }
  if (scores && isText(inputs)) {
    return {
      modelType: 'text-classification',
      scores,
      why: `${inputs[0]?.name} takes text, ${scores.name} has one score per class`,
    };
  }
  const tabular = inputs.length > 0 && inputs.every(isTable);
  const others = outputs.filter((output) => output !== scores);
  if (
    tabular &&
    scores &&
    (multiLabel || labels || (others.every(isLabel) && (isProbability(scores) || areBehind(scores, others))))
  ) {
    return { modelType: 'tabular-classification', scores, why: `${scores.name} has one score per class` };
  }
  const [output] = outputs;
  if (tabular && outputs.length === 1 && output && isFloat(output) && isOnePerRow(output)) {
    return { modelType: 'tabular-regression', why: `${output.name} is one number per row` };
  }
  if (tabular && scores && others.length > 0 && others.every(isLabel)) {
    const names = others.map(({ name }) => name).join(', ');
    const why = `nothing shows that ${scores.name} holds the scores that ${names} comes from`;
    return { modelType: 'custom', why: `${why} (distances, for one, are smallest for the right class)` };
  }
  return { modelType: 'custom', why: 'its inputs and outputs fit no other type' };
}

/** Scores are floating point, [N, C]; with several such outputs the one that says so by name or operator. */
function scoresOf(outputs: readonly ServedValue[], labels: readonly string[] | undefined): ServedValue | undefined {
  const fits = outputs.filter((output) => {
    const classes = output.shape[1];
    if (!isFloat(output) || output.shape.length !== 2) return false;
    return typeof classes === 'number' ? classes > 1 && (!labels || classes === labels.length) : labels !== undefined;
  });
  return fits.find(({ operator }) => operator === 'ZipMap') ?? fits.find(isProbability) ?? fits[0];
}

const PROBABILITY_OPERATORS = new Set([
  'Softmax',
  'Normalizer',
  'LinearClassifier',
  'SVMClassifier',
  'TreeEnsembleClassifier',
]);

export function isProbability({ name, operator }: ServedValue): boolean {
  return /prob|softmax/i.test(name) || PROBABILITY_OPERATORS.has(operator ?? '');
}

/**
 * Floats beside a label need not be its scores: a clustering answers the distances to all centres beside the nearest one. The
 * label is the largest where an ArgMax makes it, and of what is called logits.
 */
function areBehind(scores: ServedValue, labels: readonly ServedValue[]): boolean {
  return labels.some(({ operator }) => operator === 'ArgMax') || (labels.length > 0 && /logit/i.test(scores.name));
}

/** [rows] or [rows, columns]; of a model for one row, the rows are 1. */
function isTable({ shape }: ServedValue): boolean {
  const [rows] = shape;
  return (shape.length === 1 || shape.length === 2) && (typeof rows !== 'number' || rows === 1);
}

function isFloat({ datatype }: ServedValue): boolean {
  return datatype.startsWith('FP');
}

function isOnePerRow({ shape }: ServedValue): boolean {
  return shape.length === 1 || (shape.length === 2 && shape[1] === 1);
}

function isLabel(output: ServedValue): boolean {
  return isOnePerRow(output) && (output.datatype === 'INT64' || output.datatype === 'BYTES');
}

/** [N, C, H, W] or [N, H, W, C] with one channel, three or four. */
function isImage(input: ServedValue): boolean {
  const { datatype, shape } = input;
  const channels = new Set<unknown>([1, 3, 4]);
  return (
    (isFloat(input) || datatype === 'UINT8') && shape.length === 4 && (channels.has(shape[1]) || channels.has(shape[3]))
  );
}

/** One column of texts, or the token ids that tokenizers give. */
function isText(inputs: readonly ServedValue[]): boolean {
  const [first] = inputs;
  if (inputs.length === 1 && first?.datatype === 'BYTES') return isOnePerRow(first);
  return inputs.some(
    ({ name, datatype, shape }) => name === 'input_ids' && datatype.startsWith('INT') && shape.length === 2,
  );
}
