import {
  elementCount,
  hasBatchAxis,
  type InputSpec,
  labelOutput,
  multiLabelOutput,
  type OutputSpec,
  type Serving,
} from '../contract/serving.ts';
import { KINDS } from './datatypes.ts';
import { likeliestOf } from './postprocess/scores.ts';
import type { Tensor } from './tensor.ts';

/** Series are bounded: what is beyond these is not watched. */
export const MAX_FEATURES = 100;
export const MAX_OUTPUTS = 16;

/** What the values of a column are to the bins: amounts, names, lengths of texts, or the likeliest of some classes. */
export type ValueKind = 'number' | 'category' | 'length' | 'label';

/** A column of a tensor whose distribution is watched. */
export interface Watched {
  readonly name: string;
  readonly kind: ValueKind;
  /** Which input or output of serving.yaml. */
  readonly tensor: number;
  /** Place of the column in a row, and values in a row. */
  readonly offset: number;
  readonly width: number;
  /** Values that serving.yaml knows of: classes of an output, categories of a feature. */
  readonly names: readonly string[] | undefined;
  /** Of a model's own label output: the classes by what it says. Otherwise the likeliest one is the class. */
  readonly said: ReadonlyMap<string, number> | undefined;
  /** Values are floats of 32 bits: bounds are compared as such. */
  readonly single: boolean;
  readonly toNumber: (element: number) => number;
}

/** The value of a watched column in a row: a number (of a class, for labels), or a string. */
export function valueAt(watched: Watched, { data }: Tensor, row: number): number | string {
  const at = row * watched.width + watched.offset;
  if (watched.said) return watched.said.get(String(data[at])) ?? watched.said.size;
  const { width, toNumber } = watched;
  if (watched.kind === 'label') return likeliestOf(data, row * width, width, toNumber);
  const element = data[at] ?? Number.NaN;
  if (typeof element === 'string') return watched.kind === 'length' ? element.length : element;
  return watched.toNumber(element as number);
}

/** The named columns of tables, and the lengths of texts. */
export function watchedFeatures({ inputs, model }: Pick<Serving, 'inputs' | 'model'>): readonly Watched[] {
  const all = inputs.flatMap((input, tensor): Watched[] => {
    if (input.shape.length > 2 || input.shape.slice(1).includes(-1)) return [];
    const width = elementCount(input.shape.slice(1));
    const text = input.datatype === 'BYTES';
    if (model.type === 'text-classification') {
      return text ? [column(input, { name: input.name, kind: 'length', tensor, offset: 0, width })] : [];
    }
    const features = input.features ?? (width === 1 ? [{ name: input.name, categories: undefined }] : []);
    return features.map(({ name, categories }, offset) =>
      column(input, {
        name,
        kind: text ? 'category' : 'number',
        tensor,
        offset,
        width,
        names: text ? categories : undefined,
      }),
    );
  });
  return all.slice(0, MAX_FEATURES);
}

/**
 * Outputs that predictions are made of: the likeliest class, or a single value. `fetch` has their places. An answer without rows
 * that may hold any number of values is none of them.
 */
export function watchedOutputs(
  serving: Pick<Serving, 'model' | 'inputs' | 'outputs'>,
  fetch: readonly number[],
): readonly Watched[] {
  const { model, outputs } = serving;
  const rowSizes = hasBatchAxis(serving) ? [-1] : [1];
  const multiLabel = multiLabelOutput({ model, outputs });
  if (multiLabel) return probabilitiesOf(outputs, multiLabel).slice(0, MAX_OUTPUTS);
  const own = model.type.endsWith('-classification') ? labelOutput(outputs) : undefined;
  if (own) return [ownLabels(outputs, own)];
  const all = fetch.flatMap((tensor): Watched[] => {
    const output = outputs[tensor];
    if (!output || output.shape.length > 2 || output.shape.slice(1).includes(-1)) return [];
    const { name, labels, datatype } = output;
    if (!labels && !rowSizes.includes(output.shape[0] ?? 1)) return [];
    const width = elementCount(output.shape.slice(1));
    if (labels && datatype !== 'BYTES') {
      return [column(output, { name, kind: 'label', tensor, offset: 0, width, names: labels })];
    }
    if (width !== 1) return [];
    return [column(output, { name, kind: datatype === 'BYTES' ? 'category' : 'number', tensor, offset: 0, width })];
  });
  return all.slice(0, MAX_OUTPUTS);
}

/** Labels that do not exclude each other are watched one by one: the model's own value for each. */
function probabilitiesOf(outputs: readonly OutputSpec[], output: OutputSpec): Watched[] {
  const labels = output.labels ?? [];
  const place = { kind: 'number', tensor: outputs.indexOf(output), width: labels.length } as const;
  return labels.map((label, offset) => column(output, { ...place, name: `${output.name}.${label}`, offset }));
}

/** What predictions say is what the model says itself, which need not be the likeliest class. */
function ownLabels(outputs: readonly OutputSpec[], own: OutputSpec): Watched {
  const names = outputs.find(({ labels }) => labels)?.labels ?? [];
  const said = new Map((own.classes ?? names).map((value, place) => [String(value), place]));
  const place = { name: own.name, kind: 'label', tensor: outputs.indexOf(own), offset: 0, width: 1, names } as const;
  return { ...column(own, place), said };
}

function column(
  { datatype }: InputSpec | OutputSpec,
  place: Omit<Watched, 'single' | 'toNumber' | 'names' | 'said'> & { names?: readonly string[] | undefined },
): Watched {
  const { toNumber = Number } = KINDS[datatype];
  return { names: undefined, said: undefined, ...place, single: datatype === 'FP32', toNumber };
}
