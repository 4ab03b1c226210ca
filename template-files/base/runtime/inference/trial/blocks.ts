import { rangeOf } from '../../contract/column-rules.ts';
import { elementCount, type Feature, hasBatchAxis, type InputSpec, type Serving } from '../../contract/serving.ts';
import { type Element, KINDS, put } from '../datatypes.ts';
import { textOf } from '../preprocess/column-values.ts';
import { hasColumns } from '../preprocess/columns.ts';
import type { Block, Tensor } from '../tensor.ts';

/** Elements of all inputs of a run that is tried: a picture of 1600 by 1600 pixels. */
const MAX_ELEMENTS = 2 ** 23;
/** Elements of all runs together: a model that refuses everything must not hold up a start for long. */
const MAX_TOTAL = 2 ** 25;
/** Values that differ repeat after so many elements of a column: 11 floats, 3 integers, 2 texts or booleans. */
const PERIOD = 66;

/** What the elements of a run that is tried are: a model may refuse zeros alone. */
const FILLS = ['zeros', 'ones', 'varied'] as const;
type Fill = (typeof FILLS)[number];

/**
 * Requests of one row that a model could take, most likely first, where there is no sample: the contract's shapes with free
 * axes of several sizes, and values of several kinds. A finite number, bounded in size.
 * @param metadata of the model's file: it may name the size of the input
 */
export function* trialBlocks(serving: Serving, metadata: Readonly<Record<string, string>>): Generator<Block> {
  const { inputs } = serving;
  const from = hasBatchAxis(serving) ? 1 : 0;
  const free = inputs.flatMap(({ shape }) => shape.slice(from)).filter((size) => size === -1).length;
  let total = 0;
  for (const sizes of sizesToTry(metadata, free)) {
    const left = [...sizes];
    const shapes = inputs.map(({ shape }) =>
      shape.map((size, axis) => (size !== -1 ? size : axis < from ? 1 : (left.shift() ?? 1))),
    );
    const elements = shapes.reduce((sum, dims) => sum + elementCount(dims), 0);
    total += elements * FILLS.length;
    // The first of all is tried in any case.
    if (total > elements * FILLS.length && (elements > MAX_ELEMENTS || total > MAX_TOTAL)) continue;
    for (const fill of FILLS) yield blockOf(inputs, shapes, fill);
  }
}

/** The same shapes as those of a block, with values that differ from each other. */
export function variedBlock({ inputs }: Serving, { rows, tensors, key }: Block): Block {
  const shapes = tensors.map(({ dims }) => dims);
  return { ...blockOf(inputs, shapes, 'varied'), rows, key };
}

function blockOf(inputs: readonly InputSpec[], shapes: readonly (readonly number[])[], fill: Fill): Block {
  const tensors = inputs.map((input, i) => tensorOf(input, shapes[i] ?? [], fill));
  return { rows: 1, tensors, key: shapes.map((dims) => dims.slice(1).join('x')).join(',') };
}

function tensorOf(input: InputSpec, dims: readonly number[], fill: Fill): Tensor {
  const { datatype, features = [] } = input;
  const count = elementCount(dims);
  const { create } = KINDS[datatype];
  const pattern = patternOf(input, fill, Math.min(count, Math.max(features.length, 1) * PERIOD));
  const data = create(count);
  for (let at = 0; at < count; at++) put(data, at, pattern[at % pattern.length] as Element);
  return { dims, data };
}

/** The first elements, which the others repeat. */
function patternOf(input: InputSpec, fill: Fill, length: number): readonly Element[] {
  const { datatype, features = [] } = input;
  const { create, parse } = KINDS[datatype];
  const [nothing] = create(1);
  return Array.from({ length }, (_, at) => {
    const element = parse(sampleValue(input, features[at % Math.max(features.length, 1)], fill, at));
    return element ?? (nothing as Element);
  });
}

/** A value as JSON has it: within the range of its column, where that has one. */
function sampleValue({ datatype }: InputSpec, feature: Partial<Feature> | undefined, fill: Fill, at: number): unknown {
  const { categories } = feature ?? {};
  const { min, max } = rangeOf(feature ?? {});
  if (datatype === 'BYTES') {
    const texts = categories ?? (fill === 'zeros' ? [''] : fill === 'ones' ? ['a'] : ['1', 'text']);
    return texts[fill === 'varied' ? at % texts.length : 0];
  }
  if (datatype === 'BOOL') return fill === 'ones' || (fill === 'varied' && at % 2 === 1);
  const isFloat = datatype.startsWith('FP');
  const value = fill === 'zeros' ? 0 : fill === 'ones' ? 1 : isFloat ? ((at * 7) % 11) / 4 - 1 : at % 3;
  const bounded = Math.min(max ?? value, Math.max(min ?? value, value));
  return isFloat ? bounded : Math.round(bounded);
}

/** Keys under which exporters leave the size of what a model takes in `metadata_props`. */
const SIZE_KEYS = [
  'imgsz',
  'image_size',
  'img_size',
  'input_size',
  'input_shape',
  'crop_size',
  'max_length',
  'max_seq_length',
  'sequence_length',
  'n_features',
];
/** A model names few sizes; a longer text is something else. */
const MAX_TEXT = 256;
const LARGEST = 65_536;

/** Sizes that free axes are tried at, in this order: a weight may fix one that the graph does not declare. */
const COMMON = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 28, 30, 32, 48, 50, 64, 96, 100, 128, 224, 256, 299,
  320, 384, 416, 512, 640,
];

/**
 * Sizes for the free axes of a model, one list for each try: those that the file's metadata names first (`imgsz: [640, 480]`),
 * then the same common one for all.
 * @param count number of free axes
 */
export function sizesToTry(metadata: Readonly<Record<string, string>>, count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  const named = SIZE_KEYS.flatMap((key) => (Object.hasOwn(metadata, key) ? [numbersIn(metadata[key] ?? '')] : []));
  const inOrder = named.flatMap((sizes) => {
    // Those of the last axes, where the text names the batch and the channels as well.
    const last = sizes.slice(-count);
    return last.length === count ? [last] : [];
  });
  const alike = [...named.flat(), ...COMMON].map((size) => new Array<number>(count).fill(size));
  const distinct = new Map([...inOrder, ...alike].map((sizes) => [sizes.join(), sizes]));
  return [...distinct.values()];
}

function numbersIn(text: string): number[] {
  if (text.length > MAX_TEXT) return [];
  return (text.match(/\d+/g) ?? []).map(Number).filter((size) => size >= 1 && size <= LARGEST);
}

/** The instance of POST /predict that a block of one row stands for; undefined for pictures and texts, which tensors do not show. */
export function instanceOf(serving: Serving, { tensors }: Block): unknown {
  const { model, inputs } = serving;
  const isTable = model.type.startsWith('tabular-');
  if (!isTable && model.type !== 'custom') return undefined;
  const batched = hasBatchAxis(serving);
  const entries = inputs.flatMap(({ name, datatype, features }, i): [string, unknown][] => {
    const { dims, data } = tensors[i] as Tensor;
    const values = Array.from(data as ArrayLike<Element>, (element) => JSON.parse(KINDS[datatype].write(element)));
    if (isTable && hasColumns(inputs)) {
      const columns: readonly Feature[] = features ?? [{ name }];
      return columns.map((feature, column) => [feature.name, textOf(feature, values[column])]);
    }
    return [[name, nested(values, batched ? dims.slice(1) : dims)]];
  });
  return Object.fromEntries(entries);
}

function nested(values: readonly unknown[], dims: readonly number[]): unknown {
  const [length, ...rest] = dims;
  if (length === undefined) return values[0];
  const step = rest.reduce((product, size) => product * size, 1);
  return Array.from({ length }, (_, i) => nested(values.slice(i * step, (i + 1) * step), rest));
}
