import type { Predictor } from '../../inference/predictor.ts';
import type { Liveness } from '../../observability/watchdog.ts';
import type { Handler, Route } from '../exchange.ts';
import { json } from '../reply.ts';

/** Probes. Alive: this process answers, and has not been stuck for most of the last time. Ready: the model is loaded, fits its contract and gives its golden answers. */
export function healthRoutes(predictor: Predictor, liveness: () => Liveness): readonly Route[] {
  const live: Handler = () => {
    const { live: isLive, reason } = liveness();
    return isLive ? json({ live: true }) : json({ live: false, error: reason, code: 'NOT_LIVE' }, 503);
  };
  const ready: Handler = () => {
    const { ready: isReady, reason } = predictor.readiness();
    return isReady
      ? json({ ready: true })
      : json({ ready: false, error: reason, code: 'NOT_READY' }, 503, ['Retry-After', '1']);
  };
  return [
    { method: 'GET', path: '/health', label: '/health', handler: live, open: true },
    { method: 'GET', path: '/v2/health/live', label: '/v2/health/live', handler: live, open: true },
    { method: 'GET', path: '/v2/health/ready', label: '/v2/health/ready', handler: ready, open: true },
  ];
}
