import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Configure, Hooks } from './api.ts';
import type { Config } from './config.ts';
import type { Feature } from './feature.ts';
import { warnOfUnusedVariables } from './feature-variables.ts';
import { features as chosenFeatures } from './features.ts';
import { addRoutes, createApp } from './http/app.ts';
import { createAppRequests } from './http/app-requests.ts';
import { createBodyReader } from './http/body.ts';
import { createByteBudget } from './http/byte-budget.ts';
import { configureApp, createAppContext } from './http/configure.ts';
import { type Connections, limitConnections, trackConnections } from './http/connections.ts';
import { createRun, type Guard, type Route } from './http/exchange.ts';
import { createHotMatcher, createRouteMatcher } from './http/hot.ts';
import { createRoutes, knownSeries } from './http/routes.ts';
import { createHttpServer } from './http/server.ts';
import { createCapacity } from './inference/limits/capacity.ts';
import { cpuLimit } from './inference/limits/resources.ts';
import { createSingleModel, type Model, type Models } from './inference/models.ts';
import type { WorkerPool } from './inference/pool.ts';
import { createPredictor, type Predictor } from './inference/predictor.ts';
import { createAccessLog } from './observability/access-log.ts';
import { createActivities } from './observability/activities.ts';
import { exportFacts } from './observability/facts.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { startStuckThread } from './observability/stuck-thread.ts';
import { createWatchdog } from './observability/watchdog.ts';
import { type OpenFeatures, openFeatures } from './open-features.ts';
import { compiledPath } from './root.ts';

/** Everything wired together, not yet listening. */
export interface Service {
  readonly server: Server;
  readonly connections: Connections;
  readonly predictor: Predictor;
  readonly metrics: Metrics;
  readonly routes: readonly Route[];
  readonly features: OpenFeatures;
  /** Watches the event loop from now on, until the process ends. */
  readonly watch: () => void;
}

export interface ServiceOptions {
  /** Who may ask; empty lets everybody. */
  readonly guards?: readonly Guard[];
  readonly hot?: boolean;
  /** Workers that have been started already. */
  readonly pool?: WorkerPool;
  /** Adds middleware and routes of the team; none by default. */
  readonly configure?: Configure | undefined;
  /** The team's hooks; none by default. */
  readonly hooks?: Hooks | undefined;
  /** Those of runtime/features.ts by default. */
  readonly features?: readonly Feature[];
}

/**
 * Workers begin to load, where none are given; nothing listens, and nothing is ready before `predictor.start()`. Guards have every
 * request read by Node.js, since its requests are what they are shown.
 * @throws CONFIG_INVALID where a feature refuses to start, or `configure` fails
 */
export async function createService(config: Config, logger: Logger, options: ServiceOptions = {}): Promise<Service> {
  const { serving } = config;
  const { guards = [], hot = true, hooks = {}, configure = () => {}, features: given = chosenFeatures } = options;
  const { inputs, limits, model, objectives } = serving;
  const metrics = createMetrics(
    inputs.flatMap(({ name, features }) => features?.map((feature) => feature.name) ?? [name]),
    objectives.latencyMs,
  );
  exportFacts(metrics.registry, { ...config, modelReleased: model.released, cpuCores: cpuLimit() });
  const app = createApp();
  let served: Models | undefined;
  // Before anything is opened: where it fails, there is nothing to close.
  const added = await configureApp(app, configure, createAppContext({ config, logger, metrics, models: () => served }));
  const budget = createByteBudget(limits.maxUploadBytes);
  const bodies = createBodyReader(limits, budget);
  warnOfUnusedVariables(config.env, given, logger);
  const features = await openFeatures(given, { config, logger, hooks, metrics, bodies, models: () => models });

  const activities = createActivities();
  const { blockedMs, stuckMs } = limits;
  const watchdog = createWatchdog({ blockedMs, stuckMs, activities, logger, registry: metrics.registry });
  const deps = { config, metrics, logger, hooks, activities, pool: options.pool, capacity: createCapacity(limits) };
  const createModels = features.only('createModels') ?? createSingleModel;
  const observers = features.parts.flatMap(({ requests }) => requests ?? []);
  const shadowObservers = observers.flatMap(({ wants, shadowed }) => (shadowed ? [{ wants, shadowed }] : []));
  const models: Models = createModels({ ...deps, observe: features.observe, shadowObservers }, (changes) =>
    mainModel(
      createPredictor({ ...deps, observe: features.observe({ name: 'main', version: model.version }), ...changes }),
      config,
    ),
  );
  served = models;
  // What asks for the model beside its clients asks for the main version.
  const predictor: Predictor = { ...models.main.predictor, ...models.lifecycle };
  const routes = createRoutes(config, { predictor, models, metrics, bodies, liveness: watchdog.liveness }, features);
  metrics.announce(knownSeries(routes));
  const allGuards = [...guards, ...features.parts.flatMap((part) => part.guards ?? [])];
  const logAccess = createAccessLog(logger, config.accessLog);
  const run = createRun({
    predictor,
    metrics,
    logger,
    guards: allGuards,
    logAccess,
    timeoutMs: limits.timeoutMs,
    models,
    observers,
  });
  const appRequests = createAppRequests({
    logger,
    record(id, label, status, ms) {
      metrics.request(label, status, ms / 1000);
      logAccess(id, label, status, ms);
    },
    rejected: metrics.rejected,
    announce: (route) => metrics.announce([{ route, codes: [] }]),
    match: createRouteMatcher(routes),
    isStopping: predictor.stopping,
    timeoutMs: limits.appTimeoutMs ?? limits.timeoutMs,
    maxBodyBytes: limits.maxBodyBytes,
    budget,
    activities,
  });
  addRoutes(app, routes, run, appRequests.answerError);
  if (added > 0) logger.info({ added }, THROUGH_EXPRESS);
  const direct = hot && added === 0;
  const server = createHttpServer({
    app,
    run,
    match: createHotMatcher(direct ? routes : []),
    budget,
    open: added > 0 ? appRequests.open : undefined,
    // Guards are shown Node.js' own requests.
    create: direct && allGuards.length === 0 ? features.only('createServer') : undefined,
  });
  limitConnections(server, () => metrics.rejected('connections_full'));
  const connections = trackConnections(server);
  /** Only code of the team is watched by a thread of its own: the runtime's never blocks for so long. */
  function watch(): void {
    const isOfTeam = added > 0 || hooks.preprocess !== undefined || hooks.postprocess !== undefined;
    const thread = isOfTeam ? startStuckThread(compiledPath('observability/stuck-reporter'), stuckMs) : undefined;
    if (thread) activities.watch(thread.began);
    watchdog.start(thread?.beat);
  }
  return { server, connections, predictor, metrics, routes, features, watch };
}

/** What middleware of the team costs. */
const THROUGH_EXPRESS =
  'src/app.ts adds middleware or routes: every request passes through Express, which takes about 0.15 ms of CPU time more for each';

function mainModel(predictor: Predictor, config: Config): Model {
  const { version, sha256 } = config.serving.model;
  return { name: 'main', version, sha256, predictor, config };
}
