import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { type Config, loadConfig } from './config.ts';
import { ServiceError } from './errors.ts';
import type { Guard } from './http/exchange.ts';
import { startWorkers, stopWorkers } from './inference/startup.ts';
import { createLogger } from './observability/logger.ts';
import type { Service } from './service.ts';
import { shutDown } from './shutdown.ts';
import { watchUnexpectedErrors } from './unexpected-errors.ts';

/** The process: configuration, wiring, listening, signals. */

/** Who may ask: each is shown every request but the probes of health, and throws to turn it away. Without any, everybody may. */
const guards: readonly Guard[] = [];

function giveUp(error: unknown, log: (message: string, error: unknown) => void): void {
  log(error instanceof ServiceError ? error.message : 'the service cannot start', error);
  process.exitCode = 1;
}

/** Importing the service takes as long as a worker takes to load a small model: both happen at the same time. */
async function openService(config: Config, logger: Logger): Promise<Service> {
  const pools = startWorkers(config);
  try {
    const { createService } = await import('./service.ts');
    return createService(config, logger, { pools, guards });
  } catch (error) {
    // What is wrong is said at once: workers that are loading cannot be stopped before they have.
    void stopWorkers(pools);
    throw error;
  }
}

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  const service = await openService(config, logger);
  const { server, predictor, predictionLog } = service;

  let stopping: Promise<void> | undefined;
  const stop = (reason: string): Promise<void> => {
    stopping ??= shutDown(service, config, logger, reason);
    return stopping;
  };
  watchUnexpectedErrors(service.metrics, logger, () => {
    process.exitCode = 1;
    // A timer of the team that throws would keep the process for ever. No run is in flight any more.
    const exit = (): void => logger.flush(() => process.exit());
    stop('uncaughtException').then(exit, exit);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A defect that ends the process must not take the lines of answered requests along.
  process.on('exit', predictionLog.spill);

  // Listening comes first: probes are answered, truthfully, while the model is being loaded.
  server.listen(config.port, config.host);
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { model } = config.serving;
    logger.info({ port, host: config.host, template: config.templateVersion, workers: config.workers }, 'listening');
    await predictor.start();
    const { ready, reason } = predictor.readiness();
    if (ready)
      logger.info({ model: model.name, version: model.version, startMs: Math.round(performance.now()) }, 'ready');
    else logger.error({ reason }, 'not ready');
  } catch (error) {
    // Stopped while the model was being loaded: that it did not get ready is no failure.
    if (stopping) return;
    giveUp(error, (message, err) => logger.fatal({ err, code: (err as { code?: string }).code }, message));
    server.close();
    server.closeAllConnections();
    await predictor.close();
  }
}

main().catch((error: unknown) => {
  // Before there is a logger: the log level itself may be what is wrong.
  giveUp(error, (msg) => {
    // A defect shows where it is; a wrong setting only says what is wrong.
    const { code, stack } = error as { code?: string; stack?: string };
    process.stderr.write(
      `${JSON.stringify({ level: 60, code, msg, stack: error instanceof ServiceError ? undefined : stack })}\n`,
    );
  });
});
