import type { Metrics } from '../../observability/metrics.ts';
import type { Route } from '../exchange.ts';

export function metricsRoute({ registry }: Metrics): Route {
  return {
    method: 'GET',
    path: '/metrics',
    label: '/metrics',
    handler: async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
}
