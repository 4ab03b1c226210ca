import type { Logger } from 'pino';
import type { Metrics } from './observability/metrics.ts';

/**
 * The rule for errors that no code handles (docs/RUNBOOK.md). A promise that rejects is logged and counted, and the service goes
 * on: what awaited it has got its error or will time out. An error that is thrown (in a timer, in a listener) leaves behind
 * a state that is not known: it is logged and counted, and the process ends after it has answered what it has accepted. A second answer to
 * a request is the exception: Node.js refuses it before it has changed anything.
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
    if (isSecondAnswer(error)) {
      logger.error({ err: error }, 'a request was answered twice: the first answer stays');
      return;
    }
    logger.error({ err: toError(error) }, 'an error was thrown and no code handled it: the process ends');
    if (ending) return;
    ending = true;
    end();
  });
}

/** A middleware or route of src/app.ts has answered in a callback, after another answer or after the deadline. */
function isSecondAnswer(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'ERR_HTTP_HEADERS_SENT';
}

/** Anything can be thrown, and only errors are logged with their stack. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
