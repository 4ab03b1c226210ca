import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { createHttpServer } from './app.ts';
import type { Config } from './config.ts';
import { limitConnections } from './http/connections.ts';
import { createRun, type Guard } from './http/exchange.ts';
import { createRoutes, knownSeries } from './http/routes.ts';
import { cpuLimit } from './inference/cpu.ts';
import { createPredictor, type Predictor } from './inference/predictor.ts';
import { exportFacts } from './observability/facts.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';

/** Everything wired together, not yet listening. */
export interface Service {
  readonly server: Server;
  readonly predictor: Predictor;
  readonly metrics: Metrics;
}

export interface ServiceOptions {
  /** Who may ask; empty lets everybody. */
  readonly guards?: readonly Guard[];
  readonly hot?: boolean;
  readonly workerPath?: string;
}

export function createService(config: Config, logger: Logger, options: ServiceOptions = {}): Service {
  const { inputs, limits, model, objectives } = config.serving;
  const metrics = createMetrics(
    inputs.flatMap(({ name, features }) => features?.map((feature) => feature.name) ?? [name]),
    objectives.latencyMs,
  );
  exportFacts(metrics.registry, { ...config, modelReleased: model.released, cpuCores: cpuLimit() });
  metrics.health.variant('main', model.version);
  const predictor = createPredictor({ config, metrics, logger, workerPath: options.workerPath });
  const routes = createRoutes(config, predictor, metrics);
  metrics.announce(knownSeries(routes));
  const run = createRun({
    predictor,
    metrics,
    logger,
    guards: options.guards ?? [],
    accessLog: config.accessLog,
    timeoutMs: limits.timeoutMs,
  });
  const server = createHttpServer(routes, run, { hot: options.hot ?? true });
  limitConnections(server, () => metrics.rejected('connections_full'));
  return { server, predictor, metrics };
}
