import { once } from 'node:events';
import type { Logger } from 'pino';
import { bytesWriter, streamOf } from '../line-stream.ts';
import type { Sink } from './line-buffer.ts';

/**
 * Lines among those of the logger. They wait for its stream to be empty: what a reader does not take stays in the buffer, whose
 * size is bounded.
 */
export function createStreamSink(logger: Logger): Sink {
  const stream = streamOf(logger);
  const writeBytes = bytesWriter(logger);
  return {
    async write(lines) {
      // The stream may hold its bytes longer than the caller leaves them as they are.
      const room = writeBytes(Buffer.from(lines));
      if (room === false && stream.once) await once(stream as unknown as NodeJS.EventEmitter, 'drain');
    },
    close: async () => {},
  };
}
