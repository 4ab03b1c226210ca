import { withoutMarkBytes } from '../byte-order-mark.ts';
import type { Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { createJsonParser } from '../http/exact-json.ts';
import { readLines } from './lines.ts';

/** A line that holds something. */
export interface JsonLine {
  /** From 1, as editors count. */
  readonly line: number;
  readonly bytes: number;
  /** Parses it as the body of a request is parsed; throws what is wrong with it. Who passes it over does not pay for it. */
  readonly read: () => unknown;
}

/** The lines of a file of JSON lines that are not blank. */
export async function* readJsonLines(
  chunks: AsyncIterable<Buffer>,
  serving: Pick<Serving, 'inputs' | 'limits'>,
): AsyncGenerator<JsonLine> {
  const parse = createJsonParser(serving);
  const max = serving.limits.maxBodyBytes;
  for await (const { number: line, bytes: whole } of readLines(chunks, max)) {
    const bytes = whole && line === 1 ? withoutMarkBytes(whole) : whole;
    if (bytes && isBlank(bytes)) continue;
    yield {
      line,
      bytes: bytes?.length ?? 0,
      read() {
        if (!bytes) throw tooLong(max);
        try {
          return parse(bytes);
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          throw new ServiceError(error.code, error.message.replace(/^the body/, 'the line'), { cause: error });
        }
      },
    };
  }
}

function tooLong(max: number): ServiceError {
  return new ServiceError('PAYLOAD_TOO_LARGE', `the line is larger than ${max} bytes (limits.maxBodyBytes)`);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09);
}
