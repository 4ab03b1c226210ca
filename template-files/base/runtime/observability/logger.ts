import { type DestinationStream, type Logger, pino } from 'pino';
import { shareStream } from './line-stream.ts';
import { standardOutput } from './standard-output.ts';

/** JSON lines on standard output. */
export function createLogger(level: string, stream: DestinationStream = standardOutput()): Logger {
  return shareStream(pino({ level, base: undefined, timestamp }, stream), stream);
}

let lastMs = 0;
let lastText = '';

/** The time of a line, as pino puts it behind the level. Many lines share a millisecond, and its text. */
export function timestamp(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastText = `,"time":"${new Date(now).toISOString()}"`;
  }
  return lastText;
}
