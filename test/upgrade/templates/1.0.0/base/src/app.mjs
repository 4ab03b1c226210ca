import { preprocess } from './hooks/preprocess.mjs';
import { legacyName } from './legacy.mjs';
import { limitOf } from './limits.mjs';
import { scale } from './old/helper.mjs';

/** Answers one request. */
export function predict(instances) {
  if (instances.length > limitOf('instances')) throw new Error('too many instances');
  return instances.map(preprocess).map(scale);
}

/** What the service is. */
export function metadata() {
  return { name: legacyName(), routes: ['/predict', '/metadata'] };
}

/** Whether it is up. */
export function health() {
  return { status: 'ok' };
}
