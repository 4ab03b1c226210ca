import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { createToInstance, type ToInstance } from '../../tables/cells.ts';
import { readCsv } from '../../tables/csv.ts';
import { readJsonLines } from '../../tables/json-lines.ts';
import type { BatchOptions } from './options.ts';

/** A row of the input: an instance, or why it is none. */
export interface Row {
  /** From 0, over the whole input. */
  readonly row: number;
  /** From 1, as editors count. */
  readonly line: number;
  readonly bytes: number;
  readonly id?: unknown;
  readonly instance?: unknown;
  readonly error?: ServiceError;
}

type Wanted = (row: number) => boolean;

/** The wanted rows of an input; the others are passed over without being parsed. */
export function readRows(
  options: Pick<BatchOptions, 'input' | 'format' | 'gzip' | 'id'>,
  serving: Serving,
  wanted: Wanted,
  strict: boolean,
): AsyncGenerator<Row> {
  const file = createReadStream(options.input, { highWaterMark: 256 * 1024 });
  const chunks = options.gzip ? unzipped(file) : file;
  return options.format === 'csv'
    ? csvRows(
        readCsv(chunks, serving.limits.maxBodyBytes),
        (header) => createToInstance(serving, header, options.id, strict),
        options.id,
        wanted,
      )
    : jsonRows(readJsonLines(chunks, serving), options.id, wanted);
}

async function* unzipped(file: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  for await (const chunk of file.pipe(gunzip)) yield chunk as Buffer;
}

async function* jsonRows(
  lines: ReturnType<typeof readJsonLines>,
  id: string | undefined,
  wanted: Wanted,
): AsyncGenerator<Row> {
  let row = -1;
  for await (const { line, bytes, read } of lines) {
    row += 1;
    if (wanted(row)) yield { row, line, bytes, ...attempt(() => withId(read(), id)) };
  }
}

async function* csvRows(
  records: ReturnType<typeof readCsv>,
  onHeader: (header: readonly string[]) => ToInstance,
  id: string | undefined,
  wanted: Wanted,
): AsyncGenerator<Row> {
  let toInstance: ToInstance | undefined;
  let row = -1;
  for await (const { line, cells, problem } of records) {
    if (!toInstance) {
      if (problem !== undefined) throw new ServiceError('INVALID_REQUEST', `--input, its header: ${problem}`);
      toInstance = onHeader(cells);
      continue;
    }
    row += 1;
    if (!wanted(row)) continue;
    const bytes = cells.reduce((sum, cell) => sum + cell.length, 0);
    const convert = toInstance;
    yield {
      row,
      line,
      bytes,
      ...attempt(() => {
        if (problem !== undefined) throw new ServiceError('INVALID_INPUT', problem);
        return withId(convert(cells), id);
      }),
    };
  }
}

/** The key of its own is taken out of the instance: the model does not know it. */
function withId(instance: unknown, id: string | undefined): { instance: unknown; id?: unknown } {
  if (id === undefined) return { instance };
  if (typeof instance !== 'object' || instance === null || Array.isArray(instance) || !Object.hasOwn(instance, id)) {
    throw new ServiceError('INVALID_INPUT', `expected an object with ${JSON.stringify(id)} (--id)`);
  }
  const { [id]: value, ...rest } = instance as Record<string, unknown>;
  return { instance: rest, id: value };
}

function attempt(read: () => { instance: unknown; id?: unknown }): {
  instance?: unknown;
  id?: unknown;
  error?: ServiceError;
} {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { error };
  }
}
