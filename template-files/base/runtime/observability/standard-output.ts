import { destination } from 'pino';
import type { LineStream, WriteBytes } from './line-stream.ts';

/** Lines are collected up to this size, or this long, and then written together: a system call a line would cost more than the line. */
const BUFFER_BYTES = 64 * 1024;
const FLUSH_MS = 100;
/** After a failure the next attempt waits: a full disk is not freed by asking. */
const RETRY_MS = 1000;
/** What a reader does not take is dropped beyond this: a log that stalls must not fill the memory. */
const MAX_BUFFER_BYTES = 32 * 1024 * 1024;

type Destination = ReturnType<typeof destination>;

/** Standard output. Written in the background, so that a slow reader never holds up an answer. */
export function standardOutput(fd = 1): LineStream & Pick<Destination, 'destroy'> {
  const stream = destination({
    dest: fd,
    sync: false,
    minLength: BUFFER_BYTES,
    maxWrite: 2 * BUFFER_BYTES,
    maxLength: MAX_BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
    contentMode: 'buffer',
  });
  surviveFullDisk(stream);
  const { writeBytes, writeAndReturn, progress } = follow(stream);
  return Object.assign(stream, {
    writeBytes,
    writeAndReturn,
    progress,
    write: (text: string) => writeBytes(Buffer.from(text)),
  });
}

/**
 * A disk that is full under standard output is no reason to end: what could not be written is kept, up to the bound, and tried
 * again. Not by the stream's own means, though: its `flushSync` would try for ever, and at the end of the process so would
 * each `flush`.
 */
function surviveFullDisk(stream: Destination): void {
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

/**
 * Bytes leave in the order in which they came, so counting them tells whose have left. The stream's own `drain` does not: it is
 * told while some still wait. (What `flushSync` writes is not counted: the process ends behind it.)
 */
function follow(stream: Destination): Pick<LineStream, 'writeBytes' | 'writeAndReturn' | 'progress'> {
  // With its mode it takes buffers, whatever its type says.
  const write = stream.write.bind(stream) as unknown as WriteBytes;
  let came = 0;
  let left = 0;
  const waiting: { readonly upTo: number; readonly settle: () => void }[] = [];

  stream.on('write', (bytes) => {
    left += bytes;
    while (waiting[0] && waiting[0].upTo <= left) waiting.shift()?.settle();
  });
  stream.on('drop', (lines) => {
    came -= lines.length;
  });

  function writeBytes(lines: Buffer): boolean | undefined {
    came += lines.length;
    return write(lines);
  }

  return {
    writeBytes,
    progress: () => ({ received: came, written: left }),
    writeAndReturn(lines) {
      const before = came;
      writeBytes(lines);
      if (came === before) return Promise.reject(new Error('standard output takes no more'));
      const upTo = came;
      // Who waits for them has collected enough, or long enough.
      stream.flush();
      return new Promise((settle) => waiting.push({ upTo, settle }));
    },
  };
}
