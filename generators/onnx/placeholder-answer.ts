import { hasBatchAxis, type Interface, labelOutput, labelsOutput, type ModelType, type TensorSpec } from '../tensor.ts';

/** What one element of an output holds in the placeholder's answer. */
export function fill({ datatype, labels }: TensorSpec): number | string | boolean {
  if (datatype === 'BYTES') return '';
  if (datatype === 'BOOL') return false;
  if (!labels?.length || !datatype.startsWith('FP')) return 0;
  return datatype === 'FP16' ? toHalf(1 / labels.length) : Math.fround(1 / labels.length);
}

/** The placeholder's answer to one instance, in the form of the model type's golden samples. */
export function prediction(modelType: ModelType, declared: Interface): Record<string, unknown> {
  const { outputs } = declared;
  const labelled = outputs.find((output) => output.labels?.length);
  if (modelType.endsWith('-classification') && labelled?.labels) {
    const { labels, activation, multiLabel } = labelled;
    const score = activated(labelled);
    const scores = Object.fromEntries(labels.map((name) => [name, score]));
    return {
      ...(multiLabel
        ? { labels: appliedLabels(outputs, labelled, score) }
        : { label: ownLabel(outputs, labels) ?? labels[0] }),
      ...(activation === 'none' ? { scores } : { probabilities: scores }),
    };
  }
  const [first] = outputs;
  if (modelType === 'tabular-regression' && first) {
    const size = first.shape
      .slice(hasBatchAxis(declared) ? 1 : 0)
      .reduce((product, axis) => product * Math.max(axis, 1), 1);
    return size === 1 ? { value: fill(first) } : { values: Array.from({ length: size }, () => fill(first)) };
  }
  const batched = hasBatchAxis(declared);
  return Object.fromEntries(outputs.map((output) => [output.name, row(output, batched)]));
}

/** The score of each label behind the step that serving.yaml names; all labels have the same. */
function activated(output: TensorSpec): number {
  const score = Number(fill(output));
  if (output.activation === 'softmax') return Math.fround(1 / (output.labels?.length ?? 1));
  return output.activation === 'sigmoid' ? Math.fround(1 / (1 + Math.exp(-score))) : score;
}

/** The placeholder's own yes or no is a no to every label; without one the threshold decides. */
function appliedLabels(outputs: readonly TensorSpec[], scores: TensorSpec, score: number): readonly string[] {
  const { labels = [], threshold = scores.activation === 'none' ? 0 : 0.5 } = scores;
  return labelsOutput(outputs) || score < threshold ? [] : labels;
}

/** What the label output says goes before the likeliest class, where it is one of the classes. */
function ownLabel(outputs: readonly TensorSpec[], labels: readonly string[]): string | undefined {
  const own = labelOutput(outputs);
  return own && labels[(own.classes ?? labels).map(String).indexOf(String(fill(own)))];
}

/** One row of an output: nested lists, as deep as the shape is without its batch axis. */
function row(output: TensorSpec, batched: boolean): unknown {
  const sizes = batched ? output.shape.slice(1) : output.shape;
  return sizes.reduceRight<unknown>(
    (inner, size) => Array.from({ length: size === -1 ? 1 : size }, () => inner),
    fill(output),
  );
}

/** Half precision has 11 significant bits, and steps of 2^-24 below its smallest normal number. */
function toHalf(value: number): number {
  const step = 2 ** (Math.max(Math.floor(Math.log2(value)), -14) - 10);
  return Math.round(value / step) * step;
}
