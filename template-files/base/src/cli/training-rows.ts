import { columnsOf, decode, toValue } from '../batch/cells.ts';
import { readCsv } from '../batch/csv.ts';
import { readLines } from '../batch/lines.ts';
import type { Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';

/** Rows that are handed on together. */
const CHUNK = 1024;

/** The rows of training data as instances, some at a time. The file's name says what is in it. */
export async function* readTrainingRows(
  name: string,
  chunks: AsyncIterable<Buffer>,
  serving: Serving,
): AsyncGenerator<readonly unknown[]> {
  let batch: unknown[] = [];
  for await (const instance of instancesOf(name, chunks, serving)) {
    batch.push(instance);
    if (batch.length < CHUNK) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function instancesOf(name: string, chunks: AsyncIterable<Buffer>, serving: Serving): AsyncGenerator<unknown> {
  if (/\.(jsonl|ndjson)$/i.test(name)) return fromJsonLines(chunks, serving);
  if (/\.csv$/i.test(name)) return fromCsv(chunks, serving);
  throw new ServiceError('DATA_INVALID', `: expected a file that ends in .csv or .jsonl`);
}

async function* fromJsonLines(chunks: AsyncIterable<Buffer>, { limits }: Serving): AsyncGenerator<unknown> {
  for await (const { number, bytes } of readLines(chunks, limits.maxBodyBytes)) {
    if (!bytes) throw tooLong(number, limits.maxBodyBytes);
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
    if (text.trim() === '') continue;
    try {
      yield JSON.parse(text);
    } catch (error) {
      throw new ServiceError('DATA_INVALID', `line ${number}: expected JSON: ${(error as Error).message}`);
    }
  }
}

/** Columns are found by name; further ones (the target, a key) are passed over. */
async function* fromCsv(chunks: AsyncIterable<Buffer>, serving: Serving): AsyncGenerator<unknown> {
  const columns = [...columnsOf(serving)];
  const nullable = new Set(
    serving.inputs.flatMap(({ features = [] }) => features.filter((one) => one.nullable).map((one) => one.name)),
  );
  let places: readonly number[] | undefined;
  let width = 0;
  for await (const { line, cells, problem } of readCsv(chunks, serving.limits.maxBodyBytes)) {
    if (problem !== undefined) throw new ServiceError('DATA_INVALID', `line ${line}: ${problem}`);
    if (!places) {
      const names = cells.map((cell) => decode(cell).trim());
      places = placesOf(
        names,
        columns.map(([name]) => name),
        nullable,
      );
      width = cells.length;
      continue;
    }
    if (cells.length !== width) {
      throw new ServiceError('DATA_INVALID', `line ${line}: expected ${width} fields, found ${cells.length}`);
    }
    const at = places;
    const values = columns.map(([, datatype], i) => cellValue(cells[at[i] ?? -1], datatype));
    yield serving.model.type === 'text-classification' ? values[0] : values;
  }
}

function placesOf(
  names: readonly string[],
  columns: readonly string[],
  nullable: ReadonlySet<string>,
): readonly number[] {
  const twice = columns.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice) throw new ServiceError('DATA_INVALID', `line 1: expected each column once, found "${twice}" twice`);
  const lost = columns.filter((name) => !nullable.has(name) && !names.includes(name));
  if (lost.length === 0) return columns.map((name) => names.indexOf(name));
  const found = names.slice(0, 12).join(', ');
  const expected = 'line 1: expected the columns of serving.yaml';
  throw new ServiceError('DATA_INVALID', `${expected}, found no ${lost.join(', ')} among ${found}`);
}

/** How tools write that there is no number. */
const NOTHING = /^\s*(nan|na|n\/a|null|none)\s*$/i;

function cellValue(cell: string | undefined, datatype: string): unknown {
  if (cell === undefined || cell === '') return null;
  const text = decode(cell);
  return datatype !== 'BYTES' && NOTHING.test(text) ? null : toValue(text, datatype);
}

function tooLong(line: number, max: number): ServiceError {
  return new ServiceError('DATA_INVALID', `line ${line}: is larger than ${max} bytes (limits.maxBodyBytes)`);
}
