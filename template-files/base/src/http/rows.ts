import { elementCount, type Serving } from '../contract/serving.ts';
import { hasColumns } from '../inference/preprocess/columns.ts';
import type { Block } from '../inference/tensor.ts';
import { readRow, skipSpace } from './numbers.ts';

/** Reads a body into a block for the model; undefined where that takes JSON.parse and the encoder. */
export type BlockReader = (body: Buffer) => Block | undefined;

const START = Buffer.from('{"instances":');
const [COMMA, OPEN, CLOSE, END] = [...Buffer.from(',[]}')];

/**
 * For models of one input of 32-bit floats without names of columns: instances that are lists of numbers are read from the
 * body's bytes straight into what the model takes. JSON.parse, and the list that it makes, are half of what a request of some
 * hundred numbers costs. It only ever says what those two would have said: whatever is out of the ordinary is left to them,
 * errors above all.
 */
export function createBlockReader({ model, inputs, limits }: Serving): BlockReader {
  const [input, ...more] = inputs;
  const [batch, ...axes] = input?.shape ?? [];
  const takesTensors = model.type === 'custom' || (model.type.startsWith('tabular-') && !hasColumns(inputs));
  const plain = more.length === 0 && input?.datatype === 'FP32' && batch === -1 && axes.length > 0;
  if (!plain || axes.includes(-1) || !takesTensors) return () => undefined;
  const [width, key] = [elementCount(axes), axes.join('x')];
  return (body) => {
    const data = readRows(body, width, limits.maxInstances);
    if (!data) return undefined;
    const rows = data.length / width;
    return { rows, key, tensors: [{ dims: [rows, ...axes], data }] };
  };
}

/** The numbers of `{"instances": [[…], …]}`; undefined where that is not exactly what the body is. */
export function readRows(body: Buffer, width: number, maxRows: number): Float32Array | undefined {
  if (body.length < START.length || START.compare(body, 0, START.length) !== 0) return undefined;
  let at = skipSpace(body, START.length);
  if (body[at] !== OPEN) return undefined;
  let data = new Float32Array(width);
  let rows = 0;
  do {
    at = skipSpace(body, at + 1);
    if (rows === maxRows || body[at] !== OPEN) return undefined;
    if (data.length < (rows + 1) * width) data = longer(data, Math.min(2 * rows, maxRows) * width);
    at = readRow(body, at + 1, data, rows * width, width);
    if (at < 0) return undefined;
    rows += 1;
    at = skipSpace(body, at);
  } while (body[at] === COMMA);
  if (body[at] !== CLOSE) return undefined;
  at = skipSpace(body, at + 1);
  if (body[at] !== END || skipSpace(body, at + 1) < body.length) return undefined;
  return data.subarray(0, rows * width);
}

function longer(data: Float32Array, length: number) {
  const more = new Float32Array(length);
  more.set(data);
  return more;
}
