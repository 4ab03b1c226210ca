import { rangeOf } from '../../contract/column-rules.ts';
import { elementCount, type Feature, hasBatchAxis, type InputSpec, type Serving } from '../../contract/serving.ts';
import { type Element, KINDS, put } from '../datatypes.ts';
import type { Block, Tensor } from '../tensor.ts';
import { sizesToTry } from './sizes.ts';

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
