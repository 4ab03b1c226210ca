import type { Logger } from 'pino';
import type { Metrics } from './observability/metrics.ts';

/**
 * The rule for errors that no code handles (docs/RUNBOOK.md). A promise that rejects is logged and counted, and the service goes
 * on: what awaited it has got its error or will time out. An error that is thrown (in a timer, in a listener) leaves behind
 * a state that is not known: it is logged and counted, and the process ends after it has answered what it has accepted.
 * @param end called once, with the first error that was thrown
 */
export function watchUnexpectedErrors(metrics: Pick<Metrics, 'unexpected'>, logger: Logger, end: () => void): void {
  let ending = false;
  process.on('unhandledRejection', (reason) => {
    metrics.unexpected('unhandledRejection');
    logger.error({ err: toError(reason) }, 'a promise rejected and no code handled it');
  });
  process.on('uncaughtException', (error) => {
    metrics.unexpected('uncaughtException');
    logger.error({ err: toError(error) }, 'an error was thrown and no code handled it: the process ends');
    if (ending) return;
    ending = true;
    end();
  });
}

/** Anything can be thrown, and only errors are logged with their stack. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
