import { hasBatchAxis, type Serving } from '../../contract/serving.ts';
import type { Answer } from '../../inference/job.ts';
import { elementWriter } from '../../inference/postprocess/elements.ts';
import { rowSize, type Tensor } from '../../inference/tensor.ts';
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
