import { preprocess } from './hooks/preprocess.mjs';
import { limitOf } from './limits/index.mjs';
import { count } from './metrics.mjs';
import { scale } from './lib/helper.mjs';

/** Answers one request. */
export function predict(instances) {
  if (instances.length > limitOf('instances')) throw new Error('too many instances');
  count('ml_serving_requests_total');
  return instances.map(preprocess).map(scale);
}

/** What the service is. */
export function metadata() {
  return { name: 'iris', routes: ['/predict', '/metadata', '/metrics'] };
}

/** Whether it is up. */
export function health() {
  return { status: 'ok' };
}
