import type { Config } from '../config.ts';
import type { Models } from '../inference/models.ts';
import type { Predictor } from '../inference/predictor.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Liveness } from '../observability/watchdog.ts';
import type { BodyReader } from './body.ts';
import type { Route } from './exchange.ts';
import type { AddedOperations } from './openapi/document.ts';
import { predictRoutes } from './routes/predict.ts';
import { healthRoutes, metadataRoutes, metricsRoute, openApiRoute } from './routes/service.ts';
import { v2Routes } from './routes/v2.ts';

export interface RoutesDeps {
  readonly predictor: Predictor;
  readonly models: Models;
  readonly metrics: Metrics;
  readonly bodies: BodyReader;
  readonly liveness: () => Liveness;
}

/** What features add. */
export interface AddedRoutes extends AddedOperations {
  readonly routes: readonly Route[];
}

/** Every route of the service, as data: what is hot, what Express serves and what metrics know of are read from here. */
export function createRoutes(config: Config, deps: RoutesDeps, added: AddedRoutes): readonly Route[] {
  const { predictor, models, metrics, bodies } = deps;
  const routes = [
    ...predictRoutes(config, models, bodies),
    ...healthRoutes(predictor, deps.liveness),
    ...v2Routes(config, { predictor, models, metrics, bodies }),
    ...metadataRoutes(config, predictor),
    metricsRoute(metrics),
    ...added.routes,
  ];
  return [
    ...routes,
    openApiRoute(
      config,
      routes,
      models.all.map(({ version }) => version),
      added,
    ),
  ];
}

/** The label of requests that meet no route: a client's own paths must not become series. */
export const OTHER = 'other';

/** Labels and status codes that are exported from the start. */
export function knownSeries(routes: readonly Pick<Route, 'label' | 'needsModel' | 'hot'>[]) {
  const codesOf = ({ hot, needsModel }: Pick<Route, 'needsModel' | 'hot'>): readonly number[] =>
    hot ? [200, 400, 413, 415, 422, 500, 503, 504] : needsModel ? [200, 500, 503, 504] : [200];
  return [
    ...routes.map((route) => ({ route: route.label, codes: codesOf(route) })),
    { route: OTHER, codes: [400, 404, 405] },
  ];
}
