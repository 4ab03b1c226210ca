import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { createJsonParser } from '../http/body.ts';
import { createToInstance, type ToInstance } from './cells.ts';
import { readCsv } from './csv.ts';
import { readLines } from './lines.ts';
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
  const max = serving.limits.maxBodyBytes;
  return options.format === 'csv'
    ? csvRows(
        readCsv(chunks, max),
        (header) => createToInstance(serving, header, options.id, strict),
        options.id,
        wanted,
      )
    : jsonRows(readLines(chunks, max), createJsonParser(serving), max, options.id, wanted);
}

async function* unzipped(file: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  for await (const chunk of file.pipe(gunzip)) yield chunk as Buffer;
}

async function* jsonRows(
  lines: ReturnType<typeof readLines>,
  parse: (bytes: Buffer) => unknown,
  max: number,
  id: string | undefined,
  wanted: Wanted,
): AsyncGenerator<Row> {
  let row = -1;
  for await (const { number: line, bytes } of lines) {
    if (bytes && isBlank(bytes)) continue;
    row += 1;
    if (!wanted(row)) continue;
    if (!bytes) {
      const error = new ServiceError('PAYLOAD_TOO_LARGE', `the line is larger than ${max} bytes (limits.maxBodyBytes)`);
      yield { row, line, bytes: 0, error };
      continue;
    }
    yield { row, line, bytes: bytes.length, ...attempt(() => withId(parse(withoutMark(bytes, line)), id)) };
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
    return { error: new ServiceError(error.code, error.message.replace(/^the body/, 'the line')) };
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.every((byte) => byte === 0x20 || byte === 0x09);
}

/** The mark that some editors put before UTF-8. */
function withoutMark(bytes: Buffer, line: number): Buffer {
  return line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
