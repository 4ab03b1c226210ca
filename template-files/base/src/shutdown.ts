import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Service } from './service.ts';

/**
 * How long answers still carry `Connection: close` before the listener goes. Closing it also closes idle connections, and a
 * request that is on its way on one of them would be lost.
 */
const LINGER_MS = 250;

/**
 * Finishes what was accepted, refuses what is new, and lets the process end by itself: ending it while the runtime works
 * would abort it.
 */
export async function shutDown(
  { server, predictor }: Service,
  config: Config,
  logger: Logger,
  signal: string,
): Promise<void> {
  logger.info({ signal }, 'shutting down');
  const giveUp = setTimeout(() => {
    logger.fatal('the grace period is over while a run is in flight');
    logger.flush();
    // process.exit() during a run would abort with a core dump; this ends as surely, and says so in the exit code.
    process.kill(process.pid, 'SIGKILL');
  }, config.shutdownGraceMs);
  giveUp.unref();

  await sleep(config.drainDelayMs);
  await predictor.drain();
  await sleep(LINGER_MS);
  const closed = new Promise((resolve) => server.close(resolve));
  await closed;
  await predictor.close();
  clearTimeout(giveUp);
  logger.info('stopped');
}
