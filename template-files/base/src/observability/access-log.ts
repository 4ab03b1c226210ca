import { type Logger, symbols } from 'pino';

/** Writes a line for an answered request. */
export type AccessLog = (id: string, route: string, status: number, ms: number) => void;

/**
 * The same lines as `logger.info({ id, route, status, ms }, 'request')`, put together by hand: with a line for every request,
 * walking an object and writing each line by itself would be the largest part of what a request costs beside its inference.
 * The lines of one turn of the event loop are written together. Ids and routes are of letters that JSON does not escape.
 */
export function createAccessLog(logger: Logger, which: 'all' | 'errors' | 'off'): AccessLog {
  if (which === 'off' || !logger.isLevelEnabled('info')) return () => {};
  const { [symbols.streamSym]: stream, [symbols.timeSym]: time } = logger as unknown as {
    readonly [symbols.streamSym]: { write(line: string): void };
    readonly [symbols.timeSym]: () => string;
  };
  const from = which === 'all' ? 0 : 400;
  let lines = '';
  const flush = (): void => {
    stream.write(lines);
    lines = '';
  };
  return (id, route, status, ms) => {
    if (status < from) return;
    if (lines === '') setImmediate(flush);
    const rounded = Math.round(ms * 1000) / 1000;
    lines += `{"level":30${time()},"id":"${id}","route":"${route}","status":${status},"ms":${rounded},"msg":"request"}\n`;
  };
}
