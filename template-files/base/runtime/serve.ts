import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Configure, Hooks } from './api.ts';
import { type Config, loadConfig } from './config.ts';
import { ServiceError } from './errors.ts';
import type { Feature } from './feature.ts';
import { features as chosenFeatures } from './features.ts';
import type { Guard } from './http/exchange.ts';
import type { WorkerPool } from './inference/pool.ts';
import { startWorkers } from './inference/startup.ts';
import { progressOf } from './observability/line-stream.ts';
import { createLogger } from './observability/logger.ts';
import { terminalOutput } from './observability/terminal.ts';
import { readyLines } from './ready-lines.ts';
import type { Service } from './service.ts';
import { shutDown } from './shutdown.ts';
import type { StopSignal } from './stop-signal.ts';
import { watchUnexpectedErrors } from './unexpected-errors.ts';

/** The life of the process: configuration, wiring, listening, shutdown. */

/** How long the process may take to end by itself after a shutdown. */
const LAST_MS = 1000;

/**
 * Ends a process that does not end by itself after a shutdown, because of a timer of the team for example. Not as long as a write is in flight,
 * which exit() would wait for, maybe for ever: the grace period bounds that.
 */
function endSoon(isWritten: boolean, logger: Logger): void {
  if (!isWritten) return;
  let received = progressOf(logger).received;
  setInterval(() => {
    const now = progressOf(logger);
    // What the log had received a moment ago is out: its reader has not stopped.
    if (now.written >= received) process.exit();
    received = now.received;
  }, LAST_MS).unref();
}

function giveUp(error: unknown, log: (message: string, error: unknown) => void): void {
  log(error instanceof ServiceError ? error.message : 'the service cannot start', error);
  process.exitCode = 1;
}

export interface StartOptions {
  /** Adds middleware and routes of the team. */
  readonly configure?: Configure;
  readonly hooks?: Hooks;
  /**
   * Called with every request for a route of the service but the probes of health; one that throws turns it away. The form of `src/server.ts` until version 0.9.
   * @deprecated middleware in `configure` does the same
   */
  readonly guards?: readonly Guard[];
  /** Features of the team's own, beside those of runtime/features.ts. */
  readonly features?: readonly Feature[];
}

/** Where a defect is, in code of the team's and of features as well; undefined for a wrong setting. */
function defectOf(error: unknown): string | undefined {
  if (!(error instanceof ServiceError)) return (error as Error | undefined)?.stack;
  const { cause } = error;
  const isOfSystem = cause instanceof SyntaxError || (cause as { code?: unknown } | undefined)?.code !== undefined;
  return cause instanceof Error && !isOfSystem ? `${error.message}\n${cause.stack}` : undefined;
}

/** Importing the service takes as long as a worker takes to load a small model: both happen at the same time. */
async function openService(config: Config, logger: Logger, options: StartOptions, pool: WorkerPool): Promise<Service> {
  try {
    const { createService } = await import('./service.ts');
    const features = [...chosenFeatures, ...(options.features ?? [])];
    return await createService(config, logger, { ...options, features, pool });
  } catch (error) {
    // What is wrong is said at once: workers that are loading cannot be stopped before they have.
    void pool.close();
    throw error;
  }
}

function stopped(stopSignal: StopSignal): Promise<undefined> {
  return new Promise((resolve) => stopSignal.onStop(() => resolve(undefined)));
}

async function open(options: StartOptions, stopSignal: StopSignal): Promise<void> {
  const config = loadConfig();
  const terminal = await terminalOutput();
  const logger = createLogger(config.logLevel, terminal);
  if (stopSignal.received()) {
    logger.info('stopped before the model was loaded');
    return;
  }
  const pool = startWorkers(config);
  const opening = openService(config, logger, options, pool);
  // Code of src/app.ts may wait for something else, for ever.
  const service = await Promise.race([opening, stopped(stopSignal)]);
  if (!service) {
    opening.catch(() => {});
    logger.info('stopped before the service was configured');
    await pool.close();
    // What that code waits for may keep the process.
    setTimeout(() => process.exit(), LAST_MS).unref();
    return;
  }
  const { server, predictor, features } = service;

  let stopping: Promise<boolean> | undefined;
  const stop = (reason: string): Promise<boolean> => {
    stopping ??= shutDown(service, config, logger, reason);
    return stopping;
  };
  watchUnexpectedErrors(service.metrics, logger, () => {
    process.exitCode = 1;
    void stop('uncaughtException').then((isWritten) => endSoon(isWritten, logger));
  });
  // A defect that ends the process must not take the lines of answered requests along.
  process.on('exit', features.exit);
  // The process ends by itself, unless a timer or a connection of the team keeps it.
  stopSignal.onStop((signal) => void stop(signal).then((isWritten) => endSoon(isWritten, logger)));
  if (stopping) return;

  // Listening comes first: probes are answered, truthfully, while the model is being loaded.
  service.watch();
  server.listen(config.port, config.host);
  try {
    await once(server, 'listening');
    if (stopping) {
      // The shutdown may have found that nothing listened yet.
      server.close();
      return;
    }
    const { port } = server.address() as AddressInfo;
    const { model } = config.serving;
    logger.info({ port, host: config.host, template: config.templateVersion, workers: config.workers }, 'listening');
    await predictor.start();
    await features.start();
    const { ready, reason } = predictor.readiness();
    if (ready) {
      logger.info({ model: model.name, version: model.version, startMs: Math.round(performance.now()) }, 'ready');
      terminal?.write(readyLines(config, port));
    } else logger.error({ reason }, 'not ready');
  } catch (error) {
    // Stopped while the model was being loaded: that it did not get ready is no failure.
    if (stopping) return;
    giveUp(error, (message, err) => logger.fatal({ err, code: (err as { code?: string }).code }, message));
    server.close();
    server.closeAllConnections();
    await predictor.close();
  }
}

/** Serves until the process is stopped. Never rejects: an error ends the process with exit code 1, after a line that names it. */
export async function serve(options: StartOptions, stopSignal: StopSignal): Promise<void> {
  try {
    await open(options, stopSignal);
  } catch (error) {
    // Before there is a logger: the log level itself may be what is wrong.
    giveUp(error, (msg) => {
      // A defect shows where it is; a wrong setting only says what is wrong.
      const { code } = error as { code?: string };
      const defect = defectOf(error);
      const line = process.stderr.isTTY ? (defect ?? `${msg}\n(${code})`) : { level: 60, code, msg, stack: defect };
      process.stderr.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
    });
  }
}
