import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createHttpServer } from './http/app.ts';
import { type Connections, limitConnections, trackConnections } from './http/connections.ts';
import { createRun, type Guard, type Route } from './http/exchange.ts';
import { createRoom } from './http/room.ts';
import { createRoutes, knownSeries } from './http/routes.ts';
import { cpuLimit } from './inference/cpu.ts';
import { createCapacity } from './inference/limits/capacity.ts';
import type { Predictor } from './inference/predictor.ts';
import type { Pools } from './inference/startup.ts';
import { exportFacts } from './observability/facts.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import type { PredictionLog } from './observability/prediction-log/prediction-log.ts';
import { createObservers } from './observe.ts';
import { openPredictionLog } from './prediction-log.ts';
import { createVariants } from './variants/create.ts';
import { createLifecycle } from './variants/lifecycle.ts';

/** Everything wired together, not yet listening. */
export interface Service {
  readonly server: Server;
  readonly connections: Connections;
  readonly predictor: Predictor;
  readonly metrics: Metrics;
  readonly routes: readonly Route[];
  readonly predictionLog: PredictionLog;
}

export interface ServiceOptions {
  /** Who may ask; empty lets everybody. */
  readonly guards?: readonly Guard[];
  readonly hot?: boolean;
  /** Workers that have been started already. */
  readonly pools?: Pools;
}

/**
 * Workers begin to load, where none are given; nothing listens, and nothing is ready before `predictor.start()`. Guards have every
 * request read by Node.js, since its requests are what they are shown.
 * @throws CONFIG_INVALID where the prediction log is to hide a field that there is not
 */
export function createService(config: Config, logger: Logger, options: ServiceOptions = {}): Service {
  const { serving } = config;
  const { guards = [], hot = true } = options;
  const { inputs, limits, model, objectives } = serving;
  const metrics = createMetrics(
    inputs.flatMap(({ name, features }) => features?.map((feature) => feature.name) ?? [name]),
    objectives.latencyMs,
  );
  exportFacts(metrics.registry, { ...config, modelReleased: model.released, cpuCores: cpuLimit() });
  const { observers, feedback } = createObservers(config, metrics, logger);
  const predictionLog = openPredictionLog(config, metrics.health, logger);
  const capacity = createCapacity(limits);
  const variants = createVariants({ config, metrics, logger, observers, pools: options.pools, capacity });
  // What asks for the model beside its clients asks for the main version.
  const predictor: Predictor = { ...variants.main.predictor, ...createLifecycle(variants, serving.variants?.mode) };
  const room = createRoom(limits.maxUploadBytes);
  const routes = createRoutes(config, { predictor, variants, metrics, feedback, room });
  metrics.announce(knownSeries(routes));
  const run = createRun({
    predictor,
    metrics,
    logger,
    guards,
    accessLog: config.accessLog,
    timeoutMs: limits.timeoutMs,
    variants,
    predictionLog,
  });
  // Guards are shown Node.js' own requests.
  const whole = hot && config.wholeRequests && guards.length === 0;
  const server = createHttpServer(routes, run, { hot, wholeRoom: whole ? room : undefined });
  limitConnections(server, () => metrics.rejected('connections_full'));
  const connections = trackConnections(server);
  return { server, connections, predictor, metrics, routes, predictionLog };
}
