import { takesTexts } from '../../contract/column-rules.ts';
import {
  type Datatype,
  elementCount,
  type Feature,
  hasBatchAxis,
  type InputSpec,
  type Serving,
} from '../../contract/serving.ts';
import { inputError } from '../../errors.ts';
import { type Element, KINDS, type Kind, parseNonFinite, put, type TensorData } from '../datatypes.ts';
import type { Block } from '../tensor.ts';
import { columnKind, missingElement } from './column-values.ts';
import type { Encoder, OnInvalid } from './encoder.ts';

/** A named value of an instance and where it goes. */
interface Column {
  readonly name: string;
  readonly input: number;
  readonly offset: number;
  readonly kind: Kind;
  /** A float of 32 or 64 bits. */
  readonly isFloat: boolean;
  /** Expected from here to there; always finite for floats. */
  readonly min: number;
  readonly max: number;
  readonly categories: ReadonlySet<string> | undefined;
  /** Its texts become codes: what is no category is one more code, or was refused. */
  readonly isCoded: boolean;
  readonly range: string;
  readonly refuse: boolean;
  readonly allowNonFinite: boolean;
  /** The datatype has a value that says that there is none. */
  readonly canBeNullable: boolean;
  /** What the model gets for a missing value; undefined where none may be missing. */
  readonly missing: Element | undefined;
}

/** Tables: each input names its columns, or is one. */
export function hasColumns(inputs: readonly InputSpec[]): boolean {
  return inputs.every(({ features, shape }) => features !== undefined || shape.slice(1).every((size) => size === 1));
}

/** Instances are objects by column name, or lists in the order of the columns. */
export function createColumnEncoder(serving: Serving, onInvalid: OnInvalid): Encoder {
  const columns = serving.inputs.flatMap(columnsOf);
  const widths = serving.inputs.map((input) => elementCount(input.shape.slice(1)));
  const kinds = serving.inputs.map((input) => KINDS[input.datatype]);
  const ranks = serving.inputs.map((input) => input.shape.slice(1));
  const batched = hasBatchAxis(serving);
  const names = new Set(columns.map((column) => column.name));

  /** A value that is not simply a good float. What is bad is counted, and refused with its place where the contract says so. */
  function other(column: Column, value: unknown, index: number, listed: number | undefined): Element {
    const found = column.kind.parse(value);
    if (found !== undefined) {
      if (column.isCoded ? column.categories?.has(value as string) : isExpected(column, found)) return found;
      onInvalid(column.name, column.categories ? 'unseen_category' : 'out_of_range');
      if (column.refuse) throw inputError(placeOf(column, index, listed), column.range, value);
      return found;
    }
    const isMissing = value === undefined || value === null;
    if (isMissing && column.missing !== undefined) {
      onInvalid(column.name, 'missing');
      return column.missing;
    }
    const special = column.allowNonFinite ? parseNonFinite(value) : undefined;
    if (special !== undefined) {
      onInvalid(column.name, Number.isNaN(special) ? 'nan' : 'out_of_range');
      return column.kind.fromNumber?.(special) ?? special;
    }
    const isUnknown = column.isCoded && typeof value === 'string';
    onInvalid(column.name, isMissing ? 'missing' : isUnknown ? 'unseen_category' : 'type');
    const or = value === null && column.canBeNullable ? ' (or null, with nullable: true in serving.yaml)' : '';
    throw inputError(placeOf(column, index, listed), `${column.kind.expected}${or}`, value);
  }

  function encodeRows(instances: readonly unknown[], start: number, end: number): Block {
    const rows = end - start;
    const data = kinds.map((kind, input) => kind.create(rows * (widths[input] ?? 1)));
    for (let row = 0; row < rows; row++) {
      const index = start + row;
      const instance = instances[index];
      const list = Array.isArray(instance);
      checkInstance(instance, index, list);
      for (let c = 0; c < columns.length; c++) {
        const column = columns[c] as Column;
        const value: unknown = list ? instance[c] : (instance as Record<string, unknown>)[column.name];
        const target = data[column.input] as TensorData;
        const place = row * (widths[column.input] ?? 1) + column.offset;
        // Nearly every value of nearly every table: a float where one is expected. The bounds are finite.
        if (typeof value === 'number' && column.isFloat && value >= column.min && value <= column.max) {
          (target as Float64Array)[place] = value;
        } else {
          put(target, place, other(column, value, index, list ? c : undefined));
        }
      }
    }
    return {
      rows,
      key: '',
      tensors: data.map((part, input) => ({ dims: [rows, ...(ranks[input] ?? [])], data: part })),
    };
  }

  function checkInstance(instance: unknown, index: number, list: boolean): void {
    if (list) {
      const { length } = instance as unknown[];
      if (length !== columns.length) {
        throw inputError(`instances[${index}]`, `${columns.length} values (${listed(names)})`, instance);
      }
      return;
    }
    if (typeof instance !== 'object' || instance === null) {
      throw inputError(`instances[${index}]`, `an object with ${listed(names)}`, instance);
    }
    const keys = Object.keys(instance);
    if (keys.length > columns.length || keys.some((key) => !names.has(key))) {
      const unknown = keys.find((key) => !names.has(key)) ?? '';
      throw inputError(`instances[${index}]`, `only ${listed(names)}`, unknown);
    }
  }

  return (instances) =>
    batched
      ? [encodeRows(instances, 0, instances.length)]
      : instances.map((_, index) => {
          const block = encodeRows(instances, index, index + 1);
          return {
            ...block,
            tensors: block.tensors.map((tensor, input) => ({
              ...tensor,
              dims: (serving.inputs[input]?.shape ?? []).map((size) => (size === -1 ? 1 : size)),
            })),
          };
        });
}

/** What the columns of an input are expected to be, in their order. */
export function boundsOf(input: InputSpec): { readonly low: Float64Array; readonly high: Float64Array } {
  const columns = columnsOf(input, 0);
  return { low: Float64Array.from(columns, ({ min }) => min), high: Float64Array.from(columns, ({ max }) => max) };
}

function placeOf({ name }: Column, index: number, listed: number | undefined): string {
  return listed === undefined ? `instances[${index}].${name}` : `instances[${index}][${listed}] (${name})`;
}

function isExpected({ categories, min, max }: Column, element: Element): boolean {
  if (typeof element === 'string') return categories === undefined || categories.has(element);
  return element >= min && element <= max;
}

function columnsOf(input: InputSpec, index: number): Column[] {
  const features: readonly Feature[] = input.features ?? [{ name: input.name }];
  return features.map((feature, offset) => ({
    name: feature.name,
    input: index,
    offset,
    kind: columnKind(feature, input.datatype),
    isFloat: !takesTexts(feature) && (input.datatype === 'FP32' || input.datatype === 'FP64'),
    min: Math.max(feature.min ?? Number.NEGATIVE_INFINITY, -largest(input.datatype)),
    max: Math.min(feature.max ?? Number.POSITIVE_INFINITY, largest(input.datatype)),
    categories: feature.categories ? new Set(feature.categories) : undefined,
    isCoded: feature.encode !== undefined,
    range: feature.categories
      ? `one of ${listed(new Set(feature.categories))}`
      : `a value from ${feature.min ?? '-∞'} to ${feature.max ?? '∞'}`,
    refuse: input.outOfRange === 'refuse' && feature.unknown === undefined,
    allowNonFinite: input.allowNonFinite === true,
    canBeNullable: input.datatype === 'BYTES' || input.datatype.startsWith('FP'),
    missing: missingElement(feature, input.datatype),
  }));
}

/** Bounds of what a column's datatype holds; beyond them a value is none, rather than out of range. */
function largest(datatype: Datatype): number {
  return datatype === 'FP32'
    ? 3.4028234663852886e38
    : datatype === 'FP64'
      ? Number.MAX_VALUE
      : Number.POSITIVE_INFINITY;
}

function listed(names: ReadonlySet<string>): string {
  const all = [...names];
  return all.length > 12 ? `${all.slice(0, 12).join(', ')}, …` : all.join(', ');
}
