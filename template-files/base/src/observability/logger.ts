import { type DestinationStream, destination, type Logger, pino } from 'pino';

/** Lines are collected up to this size, or this long, and then written together: a system call a line would cost more than the line. */
const BUFFER_BYTES = 64 * 1024;
const FLUSH_MS = 100;
/** What a reader does not take is dropped beyond this: a log that stalls must not fill the memory. */
const MAX_BUFFER_BYTES = 32 * 1024 * 1024;

/** JSON lines on standard output. Written in the background, so that a slow reader never holds up an answer. */
export function createLogger(level: string, stream: DestinationStream = standardOutput()): Logger {
  return pino({ level, base: undefined, timestamp }, stream);
}

function standardOutput(): DestinationStream {
  return destination({
    dest: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    maxWrite: 2 * BUFFER_BYTES,
    maxLength: MAX_BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
  });
}

let lastMs = 0;
let lastText = '';

/** Many lines share a millisecond, and its text. */
function timestamp(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastText = `,"time":"${new Date(now).toISOString()}"`;
  }
  return lastText;
}
