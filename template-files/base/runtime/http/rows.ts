import { elementCount, hasBatchAxis, type Serving } from '../contract/serving.ts';
import { boundsOf, hasColumns } from '../inference/preprocess/columns.ts';
import type { Block } from '../inference/tensor.ts';
import type { ByteSpan } from '../observability/byte-writer.ts';
import { type Places, readNumbers, skipSpace, wordsOf } from './numbers.ts';

/** Reads a body into a block for the model; undefined where that takes JSON.parse and the encoder. */
export type BlockReader = (body: Buffer) => Block | undefined;

/** How the rows of a model are written: as lists, and where its columns have names as objects in their order as well. */
export interface RowForm {
  readonly width: number;
  readonly asList: Places;
  readonly asObject: Places | undefined;
  /** The columns' names as JSON has them; empty where they have none. */
  readonly names: readonly Buffer[];
}

const START = Buffer.from('{"instances":');
const [COMMA, COLON, OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [44, 58, 91, 93, 123, 125];

/**
 * For models of one input of 32-bit floats: instances that are lists of numbers, or objects of the columns in their order, are
 * read from the body's bytes straight into what the model takes. JSON.parse, and what it makes, are half of what a request of
 * some hundred numbers costs. It only ever says what those two would have said: whatever is out of the ordinary is left to
 * them, errors and values out of their range above all.
 */
export function createBlockReader(serving: Serving): BlockReader {
  const { model, inputs, limits } = serving;
  const [input, ...more] = inputs;
  const axes = input?.shape.slice(1) ?? [];
  // Without a batch axis an instance is no row.
  const plain = more.length === 0 && input?.datatype === 'FP32' && hasBatchAxis(serving) && !axes.includes(-1);
  const isTable = model.type.startsWith('tabular-');
  if (!plain || !(isTable || model.type === 'custom')) return () => undefined;
  const columns = isTable && hasColumns(inputs);
  if (!columns && axes.length === 0) return () => undefined;
  const width = elementCount(axes);
  const form = columns
    ? tableForm(boundsOf(input), input.features?.map(({ name }) => name) ?? [input.name])
    : plainForm(width);
  // As the encoders have it: requests share a run whichever way they were read.
  const key = columns ? '' : axes.join('x');
  return (body) => {
    const data = readRows(body, form, limits.maxInstances);
    if (!data) return undefined;
    const rows = data.length / width;
    return { rows, key, tensors: [{ dims: [rows, ...axes], data }] };
  };
}

/** Lists of numbers, of which nothing else is asked. */
export function plainForm(width: number): RowForm {
  const low = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  const high = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  return { width, asList: { low, high, end: endsOf(width, CLOSE) }, asObject: undefined, names: [] };
}

export function tableForm({ low, high }: Pick<Places, 'low' | 'high'>, names: readonly string[]): RowForm {
  const width = names.length;
  return {
    width,
    asList: { low, high, end: endsOf(width, CLOSE) },
    asObject: { low, high, end: endsOf(width, CLOSE_OBJECT) },
    names: names.map((name) => Buffer.from(JSON.stringify(name))),
  };
}

function endsOf(width: number, last: number): Uint8Array {
  const ends = new Uint8Array(width).fill(COMMA);
  ends[width - 1] = last;
  return ends;
}

/** The numbers of `{"instances": [[…], …]}`; undefined where that is not exactly what the body is. */
export function readRows(body: Buffer, form: RowForm, maxRows: number): Float32Array | undefined {
  if (body.length < START.length || START.compare(body, 0, START.length) !== 0) return undefined;
  let at = skipSpace(body, START.length);
  if (body[at] !== OPEN) return undefined;
  const { width } = form;
  const words = wordsOf(body);
  let data = new Float32Array(width);
  let rows = 0;
  do {
    at = skipSpace(body, at + 1);
    if (rows === maxRows) return undefined;
    if (data.length < (rows + 1) * width) data = longer(data, Math.min(2 * rows, maxRows) * width);
    at = readRow(body, words, at, data, rows * width, form);
    if (at < 0) return undefined;
    rows += 1;
    at = skipSpace(body, at);
  } while (body[at] === COMMA);
  if (body[at] !== CLOSE) return undefined;
  at = skipSpace(body, at + 1);
  if (body[at] !== CLOSE_OBJECT || skipSpace(body, at + 1) < body.length) return undefined;
  return data.subarray(0, rows * width);
}

/**
 * The instances of a body that a reader has taken, as the client wrote them: there is nothing in them but numbers and the names of
 * columns.
 */
export function instancesJson(body: Buffer): ByteSpan {
  let end = body.length - 1;
  while (body[end] !== CLOSE_OBJECT) end -= 1;
  return { bytes: body, start: START.length, end };
}

/** @returns the place behind the row; -1 where there is none */
function readRow(
  body: Buffer,
  words: DataView | undefined,
  at: number,
  data: Float32Array,
  row: number,
  form: RowForm,
): number {
  const { width, asList, asObject } = form;
  if (body[at] === OPEN) return readNumbers(body, words, at + 1, data, row, asList, 0, width);
  if (body[at] === OPEN_OBJECT && asObject) return readObject(body, words, at + 1, data, row, asObject, form.names);
  return -1;
}

function readObject(
  body: Buffer,
  words: DataView | undefined,
  from: number,
  data: Float32Array,
  row: number,
  places: Places,
  names: readonly Buffer[],
): number {
  let at = from;
  for (let i = 0; i < names.length && at >= 0; i++) {
    at = skipName(body, skipSpace(body, at), names[i] as Buffer);
    if (at >= 0) at = readNumbers(body, words, at, data, row, places, i, i + 1);
  }
  return at;
}

/** The place behind a name and its colon; -1 where another one is there. Names are short: a loop is faster than a comparison of buffers. */
function skipName(body: Buffer, from: number, name: Buffer): number {
  for (let i = 0; i < name.length; i++) if (body[from + i] !== name[i]) return -1;
  const at = skipSpace(body, from + name.length);
  return body[at] === COLON ? at + 1 : -1;
}

function longer(data: Float32Array, length: number) {
  const more = new Float32Array(length);
  more.set(data);
  return more;
}
