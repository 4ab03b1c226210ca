import type { Config } from '../config.ts';
import type { Feedback } from '../feedback/feedback.ts';
import type { Predictor } from '../inference/predictor.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Variants } from '../variants/variant.ts';
import { createBodyReader } from './body.ts';
import type { Route } from './exchange.ts';
import type { Room } from './room.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { healthRoutes } from './routes/health.ts';
import { metadataRoutes } from './routes/metadata.ts';
import { metricsRoute } from './routes/metrics.ts';
import { openApiRoute } from './routes/openapi.ts';
import { pageRoutes } from './routes/page.ts';
import { predictRoutes } from './routes/predict.ts';
import { v2Routes } from './routes/v2.ts';

export interface RoutesDeps {
  readonly predictor: Predictor;
  readonly variants: Variants;
  readonly metrics: Metrics;
  readonly feedback: Feedback | undefined;
  /** For bodies that are being received. */
  readonly room: Room;
}

/** Every route of the service, as data: what is hot, what Express serves and what metrics know of are read from here. */
export function createRoutes(config: Config, deps: RoutesDeps): readonly Route[] {
  const { predictor, variants, metrics, feedback, room } = deps;
  const bodies = createBodyReader(config.serving.limits, room);
  const routes = [
    ...predictRoutes(config, variants, bodies),
    ...feedbackRoutes(feedback, bodies),
    ...healthRoutes(predictor),
    ...v2Routes(config, { predictor, variants, metrics, bodies }),
    ...metadataRoutes(config, predictor),
    metricsRoute(metrics),
    ...pageRoutes(),
  ];
  return [...routes, openApiRoute(config, routes)];
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
