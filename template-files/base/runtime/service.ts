import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Feature } from './feature.ts';
import { warnOfUnusedVariables } from './feature-variables.ts';
import { features as chosenFeatures } from './features.ts';
import { createBodyReader } from './http/body.ts';
import { type Connections, limitConnections, trackConnections } from './http/connections.ts';
import { createRun, type Guard, type Route } from './http/exchange.ts';
import { createRoom } from './http/room.ts';
import { createRoutes, knownSeries } from './http/routes.ts';
import { createHttpServer } from './http/server.ts';
import { cpuLimit } from './inference/cpu.ts';
import { createCapacity } from './inference/limits/capacity.ts';
import { createSingleModel, type Model, type Models } from './inference/models.ts';
import type { WorkerPool } from './inference/pool.ts';
import { createPredictor, type Predictor } from './inference/predictor.ts';
import { exportFacts } from './observability/facts.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { type OpenFeatures, openFeatures } from './open-features.ts';

/** Everything wired together, not yet listening. */
export interface Service {
  readonly server: Server;
  readonly connections: Connections;
  readonly predictor: Predictor;
  readonly metrics: Metrics;
  readonly routes: readonly Route[];
  readonly features: OpenFeatures;
}

export interface ServiceOptions {
  /** Who may ask; empty lets everybody. */
  readonly guards?: readonly Guard[];
  readonly hot?: boolean;
  /** Workers that have been started already. */
  readonly pool?: WorkerPool;
  /** Those of runtime/features.ts by default. */
  readonly features?: readonly Feature[];
}

/**
 * Workers begin to load, where none are given; nothing listens, and nothing is ready before `predictor.start()`. Guards have every
 * request read by Node.js, since its requests are what they are shown.
 * @throws CONFIG_INVALID where a feature refuses to start
 */
export function createService(config: Config, logger: Logger, options: ServiceOptions = {}): Service {
  const { serving } = config;
  const { guards = [], hot = true, features: given = chosenFeatures } = options;
  const { inputs, limits, model, objectives } = serving;
  const metrics = createMetrics(
    inputs.flatMap(({ name, features }) => features?.map((feature) => feature.name) ?? [name]),
    objectives.latencyMs,
  );
  exportFacts(metrics.registry, { ...config, modelReleased: model.released, cpuCores: cpuLimit() });
  const room = createRoom(limits.maxUploadBytes);
  const bodies = createBodyReader(limits, room);
  warnOfUnusedVariables(config.env, given, logger);
  const features = openFeatures(given, { config, logger, metrics, bodies, models: () => models });

  const deps = { config, metrics, logger, pool: options.pool, capacity: createCapacity(limits) };
  const createModels = features.only('createModels') ?? createSingleModel;
  const models: Models = createModels({ ...deps, observe: features.observe }, (changes) =>
    mainModel(
      createPredictor({ ...deps, observe: features.observe({ name: 'main', version: model.version }), ...changes }),
      config,
    ),
  );
  // What asks for the model beside its clients asks for the main version.
  const predictor: Predictor = { ...models.main.predictor, ...models.lifecycle };
  const routes = createRoutes(config, { predictor, models, metrics, bodies }, features);
  metrics.announce(knownSeries(routes));
  const allGuards = [...guards, ...features.parts.flatMap((part) => part.guards ?? [])];
  const run = createRun({
    predictor,
    metrics,
    logger,
    guards: allGuards,
    accessLog: config.accessLog,
    timeoutMs: limits.timeoutMs,
    models,
    observers: features.parts.flatMap(({ requests }) => requests ?? []),
  });
  // Guards are shown Node.js' own requests.
  const create = hot && allGuards.length === 0 ? features.only('createServer') : undefined;
  const server = createHttpServer(routes, run, { hot, room, create });
  limitConnections(server, () => metrics.rejected('connections_full'));
  const connections = trackConnections(server);
  return { server, connections, predictor, metrics, routes, features };
}

function mainModel(predictor: Predictor, config: Config): Model {
  const { version, sha256 } = config.serving.model;
  return { name: 'main', version, sha256, predictor, config };
}
