import { once } from 'node:events';
import type { DestinationStream, Logger } from 'pino';

/** Takes whole lines, in bytes that nobody changes afterwards. False while there is much that has not been written yet. */
export type WriteBytes = (lines: Buffer) => boolean | undefined;

/** The same, of bytes that are the caller's again once it has settled. Rejects when they are lost; may take for ever. */
export type WriteAndReturn = (lines: Buffer) => Promise<void>;

/** Bytes since the start of the process. */
export interface Progress {
  readonly received: number;
  readonly written: number;
}

/** What a logger writes to. Only bytes are cheap: a string that grows line by line is copied again and again. */
export interface LineStream extends DestinationStream {
  readonly writeBytes: WriteBytes;
  readonly writeAndReturn: WriteAndReturn;
  readonly progress: () => Progress;
}

/** Of a stream of another kind (a terminal's, a test's) only `write` is called. */
type Behind = DestinationStream & Partial<LineStream> & { flushSync?(): void; once?: unknown };

const streams = new WeakMap<Logger, Behind>();

/** Lines may be written beside those of the logger from now on. */
export function shareStream(logger: Logger, stream: DestinationStream): Logger {
  streams.set(logger, stream);
  return logger;
}

function streamOf(logger: Logger): Behind {
  const stream = streams.get(logger);
  if (!stream) throw new TypeError('expected a logger of createLogger(): the stream of another one is not known');
  return stream;
}

/** How far the lines of the logger have been written; all of them where its stream does not know. */
export function progressOf(logger: Logger): Progress {
  return streamOf(logger).progress?.() ?? { received: 0, written: 0 };
}

/** Lines among those of the logger: through its own stream, so that one never begins within another. */
export function bytesWriter(logger: Logger): WriteBytes {
  const stream = streamOf(logger);
  return (
    stream.writeBytes ??
    ((lines) => {
      const room: unknown = stream.write(lines.toString('utf8'));
      return typeof room === 'boolean' ? room : undefined;
    })
  );
}

/** The same at the end of the process: the bytes are out, as far as they can be, when it returns. */
export function lastWriter(logger: Logger): (lines: Buffer) => void {
  const write = bytesWriter(logger);
  return (lines) => {
    write(lines);
    streamOf(logger).flushSync?.();
  };
}

/** The same for whoever wants the bytes back. */
export function returningWriter(logger: Logger): WriteAndReturn {
  const stream = streamOf(logger);
  const write = bytesWriter(logger);
  return (
    stream.writeAndReturn ??
    (async (lines) => {
      if (write(lines) === false && stream.once) await once(stream as unknown as NodeJS.EventEmitter, 'drain');
    })
  );
}
