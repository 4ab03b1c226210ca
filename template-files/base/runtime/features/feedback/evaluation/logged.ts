import type { OutputSpec } from '../../../contract/serving.ts';
import { valueAt, type Watched } from '../../../inference/watched.ts';
import { readLines } from '../../../tables/lines.ts';

/** A request of the prediction log, with its predictions as numbers of classes or amounts. */
export interface LoggedRequest {
  readonly id: string;
  readonly variant: string;
  readonly version: string;
  readonly predictions: readonly number[];
}

/** A line holds the inputs and the outputs of a request. */
const MAX_LINE = 64 * 1024 * 1024;
const MARK = Buffer.from('"msg":"prediction"');

type Fields = Readonly<Record<string, unknown>>;

/**
 * The answered requests of a prediction log. Other lines of the service's log are passed over, and so is a line that was cut off
 * when its file was put aside.
 * @param output what predictions are read of; its label output or its amount
 */
export async function* readLogged(
  chunks: AsyncIterable<Buffer>,
  output: Watched,
  spec: OutputSpec,
): AsyncGenerator<LoggedRequest> {
  // In the log numbers are decimal, whatever the tensor's elements were.
  const decimal: Watched = { ...output, toNumber: Number };
  for await (const { bytes } of readLines(chunks, MAX_LINE)) {
    if (!bytes?.includes(MARK)) continue;
    const fields = parsed(bytes);
    if (fields?.['status'] !== 200 || typeof fields['id'] !== 'string') continue;
    const predictions = predictionsOf(fields['outputs'], decimal, spec);
    if (!predictions) continue;
    yield {
      id: fields['id'],
      variant: String(fields['variant']),
      version: String(fields['version']),
      predictions,
    };
  }
}

function parsed(bytes: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isFields(value) && value['msg'] === 'prediction' ? value : undefined;
  } catch {
    return undefined;
  }
}

function predictionsOf(outputs: unknown, output: Watched, spec: OutputSpec): readonly number[] | undefined {
  if (Array.isArray(outputs)) return outputs.map((one) => ofPrediction(one, output, spec));
  // The protocol's answer as it is: lines before version 2 of the log's form.
  const tensors = isFields(outputs) ? outputs['outputs'] : undefined;
  if (!Array.isArray(tensors)) return undefined;
  const tensor = tensors.find((one) => isFields(one) && one['name'] === spec.name) as Fields | undefined;
  const { data, shape } = tensor ?? {};
  if (!Array.isArray(data) || !Array.isArray(shape)) return undefined;
  const rows = Math.floor(data.length / output.width);
  return Array.from({ length: rows }, (_, row) => Number(valueAt(output, { dims: shape, data: data as never }, row)));
}

/** Of what a team's own hook answers instead, nothing is known: NaN. */
function ofPrediction(prediction: unknown, output: Watched, spec: OutputSpec): number {
  const { kind, names, width } = output;
  if (!isFields(prediction)) return Number.NaN;
  // A client of the protocol asked for other outputs than a prediction needs.
  const values = prediction[spec.name];
  if (Array.isArray(values) && values.length === width) {
    return Number(valueAt(output, { dims: [1, width], data: values as never }, 0));
  }
  const { label, value } = prediction;
  if (kind !== 'label') return typeof value === 'number' ? value : Number.NaN;
  const place = names?.indexOf(String(label)) ?? -1;
  return place < 0 ? Number.NaN : place;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
