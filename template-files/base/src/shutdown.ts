import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Service } from './service.ts';

/**
 * How long answers carry `Connection: close` before the listener goes. Closing it also closes idle connections, and a request
 * that is on its way on one of them would be lost.
 */
const LINGER_MS = 250;

/** Left of the grace period when connections that are still busy sending or receiving are cut. */
const LAST_MS = 1000;

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
  const cutOff = setTimeout(() => server.closeAllConnections(), Math.max(0, config.shutdownGraceMs - LAST_MS));
  const giveUp = setTimeout(() => {
    logger.fatal('the grace period is over while a run is in flight');
    logger.flush();
    // process.exit() during a run would abort with a core dump; this ends as surely, and says so in the exit code.
    process.kill(process.pid, 'SIGKILL');
  }, config.shutdownGraceMs);

  predictor.stop();
  await sleep(config.drainDelayMs);
  const drained = predictor.drain();
  await sleep(LINGER_MS);
  await drained;
  await new Promise((resolve) => server.close(resolve));
  await predictor.close();
  clearTimeout(cutOff);
  clearTimeout(giveUp);
  logger.info('stopped');
}
