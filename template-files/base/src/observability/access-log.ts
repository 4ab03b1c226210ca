import { type Logger, symbols } from 'pino';
import { bytesWriter } from './line-stream.ts';

/** Writes a line for an answered request. */
export type AccessLog = (id: string, route: string, status: number, ms: number) => void;

const BLOCK_BYTES = 64 * 1024;
/** No line is longer: an id has 128 letters at most, and routes are the service's own. */
const MAX_LINE_BYTES = 1024;

/**
 * The same lines as `logger.info({ id, route, status, ms }, 'request')`, put together by hand: with a line for every request,
 * walking an object and writing each line by itself would be the largest part of what a request costs beside its inference.
 * They are put down as bytes, one behind the other, and those of one turn of the event loop are written together. Ids and
 * routes are of letters that JSON does not escape.
 */
export function createAccessLog(logger: Logger, which: 'all' | 'errors' | 'off'): AccessLog {
  if (which === 'off' || !logger.isLevelEnabled('info')) return () => {};
  const { [symbols.timeSym]: time } = logger as unknown as { readonly [symbols.timeSym]: () => string };
  const writeBytes = bytesWriter(logger);
  const from = which === 'all' ? 0 : 400;
  let block = Buffer.allocUnsafe(0);
  /** Written, and put down. */
  let [start, end] = [0, 0];

  const flush = (): void => {
    if (start === end) return;
    writeBytes(block.subarray(start, end));
    start = end;
  };

  /** What was written is not used again: the stream may still hold it. */
  function renew(): void {
    flush();
    block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    [start, end] = [0, 0];
  }

  return (id, route, status, ms) => {
    if (status < from) return;
    if (start === end) setImmediate(flush);
    if (block.length - end < MAX_LINE_BYTES) renew();
    const rounded = Math.round(ms * 1000) / 1000;
    const line = `{"level":30${time()},"id":"${id}","route":"${route}","status":${status},"ms":${rounded},"msg":"request"}\n`;
    end += block.write(line, end, 'latin1');
  };
}
