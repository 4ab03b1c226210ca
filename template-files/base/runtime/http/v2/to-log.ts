import { type Datatype, hasBatchAxis, type Serving } from '../../contract/serving.ts';
import { KINDS } from '../../inference/datatypes.ts';
import { hasColumns } from '../../inference/preprocess/columns.ts';
import type { Block, Tensor } from '../../inference/tensor.ts';

/** Tensors as instances of POST /predict, one for each row, so that a log has one form and its fields have names. */
export function tensorsToLog(
  serving: Pick<Serving, 'inputs' | 'outputs'>,
  { rows, tensors }: Block,
): readonly unknown[] {
  const { inputs } = serving;
  const values = inputs.map(({ datatype }, i) => plain(tensors[i] as Tensor, datatype));
  if (hasColumns(inputs)) {
    return Array.from({ length: rows }, (_, row) =>
      values.flatMap((column) => {
        const width = column.length / rows;
        return column.slice(row * width, (row + 1) * width);
      }),
    );
  }
  const batched = hasBatchAxis(serving);
  const shapes = tensors.map(({ dims }) => (batched ? dims.slice(1) : dims));
  return Array.from({ length: batched ? rows : 1 }, (_, row) =>
    Object.fromEntries(
      inputs.map(({ name }, i) => {
        const shape = shapes[i] as readonly number[];
        return [name, nested(values[i] as unknown[], shape, row * sizeOf(shape))];
      }),
    ),
  );
}

/** @param start where the value begins in the flat list */
function nested(flat: readonly unknown[], [length, ...inner]: readonly number[], start: number): unknown {
  if (length === undefined) return flat[start];
  if (inner.length === 0) return flat.slice(start, start + length);
  return Array.from({ length }, (_, i) => nested(flat, inner, start + i * sizeOf(inner)));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

/** JSON has no integers of 64 bits, and neither NaN nor Infinity. */
function plain({ data }: Tensor, datatype: Datatype): unknown[] {
  const { fromNumber, toNumber } = KINDS[datatype];
  // Elements that are no numbers themselves, which half floats are not.
  if (fromNumber && toNumber) return Array.from(data as Uint16Array, (element) => finiteOrText(toNumber(element)));
  return Array.from(data as ArrayLike<unknown>, (element) => {
    if (typeof element === 'bigint') return Number.isSafeInteger(Number(element)) ? Number(element) : String(element);
    return typeof element === 'number' ? finiteOrText(element) : element;
  });
}

function finiteOrText(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
