import type { Datatype, InputSpec } from '../../contract/serving.ts';
import { KINDS } from '../../inference/datatypes.ts';
import { hasColumns } from '../../inference/preprocess/columns.ts';
import type { Block, Tensor } from '../../inference/tensor.ts';
import type { TextSpan } from '../../observability/byte-writer.ts';
import type { Reply } from '../reply.ts';
import type { RequestedOutput } from './request.ts';

/** Tensors as instances of POST /predict, so that a log has one form and its fields have names. */
export function tensorsToLog(inputs: readonly InputSpec[], { rows, tensors }: Block): readonly unknown[] {
  const values = inputs.map(({ datatype }, i) => plain(tensors[i] as Tensor, datatype));
  if (!hasColumns(inputs)) return [Object.fromEntries(inputs.map(({ name }, i) => [name, values[i]]))];
  return Array.from({ length: rows }, (_, row) =>
    values.flatMap((column) => {
      const width = column.length / rows;
      return column.slice(row * width, (row + 1) * width);
    }),
  );
}

/** The answer as JSON: as it was given, or with what was given as bytes written once more. */
export function answerToLog(
  { body }: Reply,
  outputs: readonly RequestedOutput[],
  respond: (outputs: readonly RequestedOutput[]) => Reply,
): TextSpan {
  const asJson = () => respond(outputs.map((output) => ({ ...output, binary: false }))).body as string;
  const text = typeof body === 'string' ? body : asJson();
  return { text, start: 0, end: text.length };
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
