import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Service } from './service.ts';

/**
 * How long the listener still says no before it goes, and how long connections that look idle are kept after that: what is on
 * its way to one of them would be lost.
 */
const LINGER_MS = 200;

/**
 * How long connections are kept that have sent nothing, or a part of a request, once all that was accepted has been answered. A request that
 * is completed in this time is refused by an answer, not by a broken connection.
 */
const UNFINISHED_MS = 1000;

/** How long features may take for what they have not written yet. */
const LAST_LINES_MS = 1000;

/** How long the log may take for the last line. */
const LAST_WORDS_MS = 100;

/** Left of the grace period when connections that are still busy sending or receiving are cut. */
const LAST_MS = 1000;

/**
 * Finishes what was accepted, refuses what is new, and lets the process end by itself: ending it while the runtime works
 * would abort it.
 */
export async function shutDown(
  { server, connections, predictor, features }: Service,
  config: Config,
  logger: Logger,
  signal: string,
  // process.exit() during a run would abort with a core dump; this ends as surely, and says so in the exit code.
  kill = () => process.kill(process.pid, 'SIGKILL'),
): Promise<boolean> {
  logger.info({ signal }, 'shutting down');
  const cutOff = setTimeout(() => server.closeAllConnections(), Math.max(0, config.shutdownGraceMs - LAST_MS));
  let inFlight = 'a run';
  const giveUp = setTimeout(() => {
    // Not fatal, which is written at once: a reader that has stopped would hold the end up for ever.
    logger.error(`the grace period is over while ${inFlight} is in flight`);
    logger.flush();
    setTimeout(kill, LAST_WORDS_MS);
  }, config.shutdownGraceMs);

  predictor.stop();
  // Where it does not listen yet, it has no clients.
  if (server.listening) await closeServer();
  else await predictor.drain();
  await predictor.close();
  inFlight = 'a write';
  const isWritten = await features.close(LAST_LINES_MS);
  clearTimeout(cutOff);
  // A write that never ends (of a log on a disk that hangs) would hold the process for ever.
  giveUp.unref();
  logger.info('stopped');
  return isWritten;

  async function closeServer(): Promise<void> {
    await sleep(config.drainDelayMs);
    const drained = predictor.drain();
    await sleep(LINGER_MS);
    // An http.Server's own close() cuts idle connections at once; net.Server's only stops listening.
    const closed = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
    await sleep(LINGER_MS);
    await drained;
    server.closeIdleConnections();
    const unfinished = setTimeout(() => connections.closeUnfinished(), UNFINISHED_MS);
    await closed;
    clearTimeout(unfinished);
  }
}
