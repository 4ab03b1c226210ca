import { type Datatype, hasBatchAxis, type Serving } from '../../contract/serving.ts';
import { KINDS } from '../../inference/datatypes.ts';
import type { Answer } from '../../inference/job.ts';
import { elementWriter } from '../../inference/postprocess/values.ts';
import { hasColumns } from '../../inference/preprocess/columns.ts';
import { type Block, rowSize, type Tensor } from '../../inference/tensor.ts';
import { predictionsReply, type Reply } from '../reply.ts';
import { encodeBytes } from './binary.ts';
import type { RequestedOutput } from './request.ts';

/** What is asked of a run: a stretch of elements of a tensor. */
interface Stretch {
  readonly tensor: Tensor;
  readonly start: number;
  readonly end: number;
}

export type WriteInferResponse = (id: string, outputs: readonly RequestedOutput[], answers: readonly Answer[]) => Reply;

/** Writes answers in the protocol's form: JSON, and behind it the bytes of those outputs that were asked for as bytes. */
export function createInferResponse(serving: Serving, version: string): WriteInferResponse {
  const { model, outputs: specs } = serving;
  const batched = hasBatchAxis(serving);
  const head = `{"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(version)},"id":`;
  const writers = specs.map((spec) => elementWriter(spec, 'number'));
  const heads = specs.map((spec) => `{"name":${JSON.stringify(spec.name)},"datatype":"${spec.datatype}","shape":[`);

  function stretches(answers: readonly Answer[], place: number): Stretch[] {
    return answers.map(({ outputs, firstRow, rows }) => {
      const tensor = outputs[place] as Tensor;
      if (!batched) return { tensor, start: 0, end: tensor.data.length };
      const size = rowSize(tensor.dims);
      return { tensor, start: firstRow * size, end: (firstRow + rows) * size };
    });
  }

  return (id, outputs, answers) => {
    const binaries: Uint8Array[] = [];
    const rows = answers.reduce((sum, answer) => sum + answer.rows, 0);
    const parts = outputs.map(({ index, binary }, place) => {
      const found = stretches(answers, place);
      const [first] = found;
      const dims = first?.tensor.dims ?? [];
      const shape = batched ? [rows, ...dims.slice(1)] : dims;
      const start = `${heads[index]}${shape.join(',')}],`;
      if (binary) {
        const bytes = found.map(({ tensor, start: from, end }) => encodeBytes(tensor.data, from, end));
        binaries.push(...bytes);
        return `${start}"parameters":{"binary_data_size":${bytes.reduce((sum, part) => sum + part.byteLength, 0)}}}`;
      }
      return `${start}"data":[${writeElements(found, writers[index] as ReturnType<typeof elementWriter>)}]}`;
    });
    const text = `${head}${JSON.stringify(id)},"outputs":[${parts.join(',')}]}`;
    if (!outputs.some(({ binary }) => binary)) return predictionsReply(text);
    const json = Buffer.from(text, 'utf8');
    return {
      status: 200,
      type: 'application/octet-stream',
      body: Buffer.concat([json, ...binaries]),
      headers: ['Inference-Header-Content-Length', `${json.length}`],
      compressible: true,
    };
  };
}

function writeElements(found: readonly Stretch[], write: ReturnType<typeof elementWriter>): string {
  let text = '';
  for (const { tensor, start, end } of found) {
    for (let i = start; i < end; i++) text += text === '' ? write(tensor, i) : `,${write(tensor, i)}`;
  }
  return text;
}

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
