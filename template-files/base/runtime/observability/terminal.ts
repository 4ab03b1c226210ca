import { isatty } from 'node:tty';
import type { DestinationStream } from 'pino';

/**
 * Readable log lines for a person at a terminal. Text that is no JSON passes unchanged.
 * @returns undefined where standard output is no terminal, and where pino-pretty is not installed, as in the image
 */
export async function terminalOutput(fd = 1): Promise<DestinationStream | undefined> {
  if (!isatty(fd)) return undefined;
  try {
    const { default: pretty } = await import('pino-pretty');
    return pretty({ destination: fd, sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
