import type { Logger } from 'pino';
import { lastWriter, returningWriter } from '../../observability/line-stream.ts';
import type { Sink } from './line-buffer.ts';

/**
 * Lines among those of the logger. They are not copied, which would cost wide models more than writing them: what a reader does not
 * take stays in the buffer, whose size is bounded.
 */
export function createStreamSink(logger: Logger): Sink {
  return { write: returningWriter(logger), writeLast: lastWriter(logger), close: async () => {} };
}
