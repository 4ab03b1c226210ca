import type { Logger } from 'pino';
import { createByRoute } from './by-route.ts';
import { pieceOf } from './byte-writer.ts';
import { createLineBlock } from './line-block.ts';
import { bytesWriter } from './line-stream.ts';
import { timestamp } from './logger.ts';

/** Writes a line for an answered request. */
export type AccessLog = (id: string, route: string, status: number, ms: number) => void;

const TAIL = pieceOf(',"msg":"request"}\n');

/**
 * The same lines as `logger.info({ id, route, status, ms }, 'request')`, put together by hand: with a line for every request,
 * walking an object and writing each line by itself would be the largest part of what a request costs beside its inference.
 * Lines are put down as bytes, of which most are the same for many. Those of one turn of the event loop share its time, and are
 * written together. Ids and routes are of letters that JSON does not escape.
 */
export function createAccessLog(logger: Logger, which: 'all' | 'errors' | 'off'): AccessLog {
  if (which === 'off' || !logger.isLevelEnabled('info')) return () => {};
  const block = createLineBlock(bytesWriter(logger));
  const from = which === 'all' ? 0 : 400;
  const middle = createByRoute((route, status) => Buffer.from(`","route":"${route}","status":${status},"ms":`));
  let head: Buffer | undefined;

  function flush(): void {
    head = undefined;
    block.flush();
  }

  return (id, route, status, ms) => {
    if (status < from) return;
    if (head === undefined) {
      head = Buffer.from(`{"level":30${timestamp()},"id":"`);
      setImmediate(flush);
    }
    const line = block.begin();
    line.bytes(head);
    line.latin1(id);
    line.bytes(middle(route, status));
    line.milliseconds(ms);
    line.piece(TAIL);
  };
}
