import { ServiceError } from '../errors.ts';

/** A record of a CSV file and the line on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A quote that is never closed would otherwise swallow the rest of the file into one field. */
const MAX_FIELD = 1024 * 1024;

/** Reads CSV (RFC 4180) as it comes, some records at a time; quoted fields may hold separators, quotes and ends of line. */
export async function* readCsv(chunks: AsyncIterable<string>, separator = ','): AsyncGenerator<readonly CsvRecord[]> {
  const reader = createReader(separator);
  for await (const chunk of chunks) {
    const records = reader.read(chunk);
    if (records.length > 0) yield records;
  }
  const last = reader.end();
  if (last) yield [last];
}

function createReader(separator: string) {
  let fields: string[] = [];
  let field = '';
  /** `after` is behind a quote within quotes: it ends the field, or stands for one. */
  let state: 'plain' | 'quoted' | 'after' = 'plain';
  let line = 1;
  let begin = 1;
  let first = true;

  function endRecord(): CsvRecord | undefined {
    fields.push(field);
    const record = { line: begin, fields };
    const blank = fields.length === 1 && field === '' && state === 'plain';
    fields = [];
    field = '';
    state = 'plain';
    return blank ? undefined : record;
  }

  function broken(expected: string): ServiceError {
    return new ServiceError('DATA_INVALID', `line ${begin}: expected ${expected}`);
  }

  function read(chunk: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    let from = first && chunk.startsWith('\uFEFF') ? 1 : 0;
    if (chunk !== '') first = false;
    for (let at = from; at < chunk.length; at++) {
      const letter = chunk[at] as string;
      if (letter === '\n') line += 1;
      if (state === 'quoted') {
        if (letter !== '"') continue;
        field += chunk.slice(from, at);
        from = at + 1;
        state = 'after';
      } else if (letter === '"') {
        if (state === 'after') field += '"';
        else if (field !== '' || from !== at) throw broken('quotes around a whole field');
        from = at + 1;
        state = 'quoted';
      } else if (letter === separator || letter === '\n') {
        field += state === 'after' ? '' : chunk.slice(from, at);
        if (letter === '\n' && state === 'plain' && field.endsWith('\r')) field = field.slice(0, -1);
        from = at + 1;
        if (letter === separator) {
          fields.push(field);
          field = '';
          state = 'plain';
        } else {
          const record = endRecord();
          if (record) records.push(record);
          begin = line;
        }
      } else if (state === 'after') {
        if (letter !== '\r') throw broken('a separator behind the quotes');
        from = at + 1;
      }
    }
    field += state === 'after' ? '' : chunk.slice(from);
    if (field.length > MAX_FIELD) throw broken(`fields of at most ${MAX_FIELD} letters (is a quote not closed?)`);
    return records;
  }

  return {
    read,
    end(): CsvRecord | undefined {
      if (state === 'quoted') throw broken('the quotes to be closed');
      if (field.endsWith('\r')) field = field.slice(0, -1);
      return fields.length === 0 && field === '' && state === 'plain' ? undefined : endRecord();
    },
  };
}
