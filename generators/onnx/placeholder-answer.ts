import type { ModelType, TensorSpec } from '../tensor.ts';

/** What one element of an output holds in the placeholder's answer. */
export function fill({ datatype, labels }: TensorSpec): number | string | boolean {
  if (datatype === 'BYTES') return '';
  if (datatype === 'BOOL') return false;
  if (!labels?.length || !datatype.startsWith('FP')) return 0;
  return datatype === 'FP16' ? toHalf(1 / labels.length) : Math.fround(1 / labels.length);
}

/** The placeholder's answer to one instance, in the form of the model type's golden samples. */
export function prediction(modelType: ModelType, outputs: readonly TensorSpec[]): Record<string, unknown> {
  const labelled = outputs.find((output) => output.labels?.length);
  if (modelType.endsWith('-classification') && labelled?.labels) {
    const share = fill(labelled);
    return {
      label: labelled.labels[0],
      probabilities: Object.fromEntries(labelled.labels.map((name) => [name, share])),
    };
  }
  const [first] = outputs;
  if (modelType === 'tabular-regression' && first) return { value: fill(first) };
  return Object.fromEntries(outputs.map((output) => [output.name, row(output)]));
}

/** One row of an output: nested lists, as deep as the shape is without its batch axis. */
function row(output: TensorSpec): unknown {
  const sizes = output.shape[0] === -1 ? output.shape.slice(1) : output.shape;
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
