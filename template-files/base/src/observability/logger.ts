import { type DestinationStream, destination, type Logger, pino } from 'pino';

/** JSON lines on standard output. Written in the background, so that a slow reader never holds up an answer. */
export function createLogger(level: string, stream: DestinationStream = destination({ dest: 1, sync: false })): Logger {
  return pino({ level, base: undefined, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
}
