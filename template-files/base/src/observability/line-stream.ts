import { type DestinationStream, destination, type Logger, symbols } from 'pino';

/** Lines are collected up to this size, or this long, and then written together: a system call a line would cost more than the line. */
const BUFFER_BYTES = 64 * 1024;
const FLUSH_MS = 100;
/** After a failure the next attempt waits: a full disk is not freed by asking. */
const RETRY_MS = 1000;
/** What a reader does not take is dropped beyond this: a log that stalls must not fill the memory. */
const MAX_BUFFER_BYTES = 32 * 1024 * 1024;

/** Takes whole lines, in bytes that nobody changes afterwards. False while there is much that has not been written yet. */
export type WriteBytes = (lines: Buffer) => boolean | undefined;

/** What a logger writes to. Only bytes are cheap: a string that grows line by line is copied again and again. */
interface LineStream extends DestinationStream {
  readonly writeBytes: WriteBytes;
}

/** Standard output. Written in the background, so that a slow reader never holds up an answer. */
export function standardOutput(): LineStream {
  const stream = destination({
    dest: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    maxWrite: 2 * BUFFER_BYTES,
    maxLength: MAX_BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
    contentMode: 'buffer',
  });
  surviveFullDisk(stream);
  // With that mode it takes buffers, whatever its type says.
  const writeBytes = stream.write.bind(stream) as unknown as WriteBytes;
  return Object.assign(stream, { writeBytes, write: (text: string) => writeBytes(Buffer.from(text)) });
}

/**
 * A disk that is full under standard output is no reason to end: what could not be written is kept, up to the bound, and tried
 * again. Not by the stream's own means, though: its `flushSync` would try for ever, and at the end of the process so would
 * each `flush`.
 */
function surviveFullDisk(stream: ReturnType<typeof destination>): void {
  const { flush, flushSync } = stream;
  let writes = false;
  let failedAt = Number.NEGATIVE_INFINITY;
  stream.on('write', () => {
    writes = true;
  });
  stream.on('error', () => {
    writes = false;
    failedAt = performance.now();
  });
  stream.flush = (told) => {
    if (performance.now() - failedAt >= RETRY_MS) flush.call(stream, told);
    else told?.(new Error('standard output takes nothing'));
  };
  stream.flushSync = () => {
    if (writes) flushSync.call(stream);
  };
}

/** The stream behind a logger; of a stream of another kind (a test's, a team's own) only `write` is asked. */
interface Behind extends Partial<LineStream> {
  write(text: string): unknown;
  readonly once?: (...args: never[]) => unknown;
}

export function streamOf(logger: Logger): Behind {
  return (logger as unknown as { readonly [symbols.streamSym]: Behind })[symbols.streamSym];
}

/** Lines among those of the logger: through its own stream, so that one never begins within another. */
export function bytesWriter(logger: Logger): WriteBytes {
  const stream = streamOf(logger);
  return (
    stream.writeBytes ??
    ((lines) => {
      const room = stream.write(lines.toString('utf8'));
      return typeof room === 'boolean' ? room : undefined;
    })
  );
}
