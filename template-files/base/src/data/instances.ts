import type { Datatype, Feature, Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { hasColumns } from '../inference/preprocess/columns.ts';
import { type CsvRecord, readCsv } from './csv.ts';
import { readJsonLines } from './jsonl.ts';

/** The rows of a file as instances of POST /predict, some at a time. The file's name says what is in it. */
export function readInstances(
  name: string,
  chunks: AsyncIterable<string>,
  serving: Serving,
): AsyncIterable<readonly unknown[]> {
  if (/\.(jsonl|ndjson)$/i.test(name)) return readJsonLines(chunks);
  if (/\.(csv|tsv)$/i.test(name)) return fromCsv(readCsv(chunks, /\.tsv$/i.test(name) ? '\t' : ','), serving);
  throw new ServiceError('DATA_INVALID', `expected a file that ends in .csv, .tsv or .jsonl, found ${name}`);
}

interface Column {
  readonly name: string;
  readonly datatype: Datatype;
  readonly mayMiss: boolean;
}

async function* fromCsv(
  batches: AsyncIterable<readonly CsvRecord[]>,
  serving: Serving,
): AsyncGenerator<readonly unknown[]> {
  const columns = columnsOf(serving);
  let places: readonly number[] | undefined;
  let width = 0;
  const toInstance = ({ line, fields }: CsvRecord, at: readonly number[]): unknown => {
    if (fields.length !== width) {
      throw new ServiceError('DATA_INVALID', `line ${line}: expected ${width} fields, found ${fields.length}`);
    }
    const values = columns.map(({ datatype }, i) => cellValue(fields[at[i] ?? -1], datatype));
    return serving.model.type === 'text-classification' ? values[0] : values;
  };
  for await (const batch of batches) {
    const [header] = batch;
    const records = places ? batch : batch.slice(1);
    if (!places && header) {
      places = findColumns(header.fields, columns);
      width = header.fields.length;
    }
    const at = places ?? [];
    if (records.length > 0) yield records.map((record) => toInstance(record, at));
  }
}

function columnsOf({ model, inputs }: Serving): readonly Column[] {
  if (model.type === 'text-classification') return [{ name: 'text', datatype: 'BYTES', mayMiss: false }];
  if (!model.type.startsWith('tabular-') || !hasColumns(inputs)) {
    throw new ServiceError(
      'DATA_INVALID',
      `a model of type ${model.type} has no columns: expected a .jsonl file of instances`,
    );
  }
  return inputs.flatMap(({ name, features, datatype }) =>
    (features ?? [{ name }]).map((feature: Feature) => ({
      name: feature.name,
      datatype,
      mayMiss: feature.nullable === true,
    })),
  );
}

/** Where each column of serving.yaml is in the file; further columns (the target, a key) are passed over. */
function findColumns(header: readonly string[], columns: readonly Column[]): readonly number[] {
  const names = header.map((name) => name.trim());
  const twice = columns.find(({ name }) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice) throw new ServiceError('DATA_INVALID', `line 1: expected each column once, found "${twice.name}" twice`);
  const lost = columns.filter(({ name, mayMiss }) => !mayMiss && !names.includes(name)).map(({ name }) => name);
  if (lost.length === 0) return columns.map(({ name }) => names.indexOf(name));
  const found = names.slice(0, 12).join(', ');
  throw new ServiceError(
    'DATA_INVALID',
    `line 1: expected the columns of serving.yaml, found no ${lost.join(', ')} among ${found}`,
  );
}

/** How tools write that there is no value. */
const NOTHING = new Set(['', 'nan', 'na', 'n/a', 'null', 'none']);

/** What no value stands for is handed on as it is: the encoder says what it expected. */
function cellValue(field: string | undefined, datatype: Datatype): unknown {
  if (field === undefined) return null;
  if (datatype === 'BYTES') return field === '' ? null : field;
  const text = field.trim();
  const small = text.toLowerCase();
  if (NOTHING.has(small)) return null;
  if (datatype === 'BOOL')
    return small === 'true' || small === '1' ? true : small === 'false' || small === '0' ? false : text;
  if (datatype === 'INT64' || datatype === 'UINT64') return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
