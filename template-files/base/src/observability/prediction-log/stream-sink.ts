import { once } from 'node:events';
import { type Logger, symbols } from 'pino';
import type { Sink } from './line-buffer.ts';

/** The part of a stream that matters here; a test's stream need not have the rest. */
interface Stream {
  write(text: string): unknown;
  readonly once?: (...args: never[]) => unknown;
}

/**
 * Lines among those of the logger. They go through its own stream, so that a line never begins within another, and wait for
 * it to be empty: what a reader does not take stays in the buffer, whose size is bounded.
 */
export function createStreamSink(logger: Logger): Sink {
  const { [symbols.streamSym]: stream } = logger as unknown as { readonly [symbols.streamSym]: Stream };
  return {
    async write(text) {
      const room = stream.write(text);
      if (room === false && stream.once) await once(stream as unknown as NodeJS.EventEmitter, 'drain');
    },
    close: async () => {},
  };
}
