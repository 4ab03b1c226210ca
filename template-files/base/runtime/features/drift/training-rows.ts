import { mediaName, type Serving } from '../../contract/serving.ts';
import { describe, ServiceError } from '../../errors.ts';
import { hasColumns } from '../../inference/preprocess/columns.ts';
import { type CellColumn, columnsOf, decode, namesOf, toValue } from '../../tables/cells.ts';
import { readCsv } from '../../tables/csv.ts';
import { readJsonLines } from '../../tables/json-lines.ts';

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

/** Further names (the target, a key) are passed over, as the columns of a table are. */
async function* fromJsonLines(chunks: AsyncIterable<Buffer>, serving: Serving): AsyncGenerator<unknown> {
  const names = instanceNames(serving);
  for await (const { line, read } of readJsonLines(chunks, serving)) {
    const instance = located(line, read);
    yield isObject(instance)
      ? Object.fromEntries(names.flatMap((name) => (Object.hasOwn(instance, name) ? [[name, instance[name]]] : [])))
      : instance;
  }
}

/** Columns are found by name; further ones (the target, a key) are passed over. */
async function* fromCsv(chunks: AsyncIterable<Buffer>, serving: Serving): AsyncGenerator<unknown> {
  const columns = [...columnsOf(serving)];
  let places: readonly number[] | undefined;
  let width = 0;
  for await (const { line, cells, problem } of readCsv(chunks, serving.limits.maxBodyBytes)) {
    if (problem !== undefined) throw new ServiceError('DATA_INVALID', `line ${line}: ${problem}`);
    if (!places) {
      places = placesOf(namesOf(cells), columns);
      width = cells.length;
      continue;
    }
    if (cells.length !== width) {
      throw new ServiceError('DATA_INVALID', `line ${line}: expected ${width} fields, found ${cells.length}`);
    }
    const at = places;
    const values = located(line, () =>
      columns.map(([, column], i) => toValue(decode(cells[at[i] ?? -1] ?? ''), column)),
    );
    yield serving.model.type === 'text-classification' ? values[0] : values;
  }
}

/** What the objects of a model's instances hold. */
function instanceNames({ model, inputs }: Serving): readonly string[] {
  const media = mediaName(model.type);
  if (media !== undefined) return [media];
  const columns = model.type.startsWith('tabular-') && hasColumns(inputs);
  return inputs.flatMap(({ name, features }) => (columns && features ? features.map((one) => one.name) : [name]));
}

/** Where the columns are; -1 for one that is not there and may be missing. */
function placesOf(names: readonly string[], columns: readonly (readonly [string, CellColumn])[]): readonly number[] {
  const known = columns.map(([name]) => name);
  const twice = known.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice)
    throw new ServiceError('DATA_INVALID', `line 1: expected each column once, found ${describe(twice)} twice`);
  const lost = columns.filter(([name, { nullable }]) => !nullable && !names.includes(name)).map(([name]) => name);
  if (lost.length === 0) return known.map((name) => names.indexOf(name));
  const found = names.slice(0, 12).join(', ');
  const expected = 'line 1: expected the columns of serving.yaml';
  throw new ServiceError('DATA_INVALID', `${expected}, found no ${lost.join(', ')} among ${found}`);
}

/** What is wrong with a line names it by its number. */
function located<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const message = error.message.replace(/^the (line|record) /, '');
    throw new ServiceError('DATA_INVALID', `line ${line}: ${message}`, { cause: error });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
