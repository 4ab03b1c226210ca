import type { Config } from '../../config.ts';
import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import type { BatchingState } from '../../inference/batching.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { Liveness } from '../../observability/watchdog.ts';
import type { Handler, Route } from '../exchange.ts';
import { type AddedOperations, openApiDocument } from '../openapi/document.ts';
import { json, jsonText } from '../reply.ts';

/** What is served, as serving.yaml promises it and as the graph confirmed it at the start. */
export function metadataRoutes(config: Config, predictor: Predictor): readonly Route[] {
  const { model, inputs, outputs, limits } = config.serving;

  const metadata: Handler = () =>
    json({
      model_name: model.name,
      model_version: model.version,
      model_type: model.type,
      sha256: model.sha256,
      placeholder: model.placeholder === true,
      template_version: config.templateVersion,
      runtime: predictor.model()?.runtime ?? null,
      workers: config.workers,
      inputs,
      outputs,
      batching: batchingOf(config.serving, predictor.batching()),
      limits,
    });

  const labels: Handler = () => {
    const labelled = outputs.flatMap((output) => (output.labels ? [[output.name, output.labels] as const] : []));
    const [first] = labelled;
    if (!first) throw new ServiceError('NOT_FOUND', 'no output of this model has labels');
    return json({ labels: first[1], outputs: Object.fromEntries(labelled) });
  };

  return [
    { method: 'GET', path: '/metadata', label: '/metadata', handler: metadata },
    { method: 'GET', path: '/labels', label: '/labels', handler: labels },
  ];
}

/** The settings in force; null where the model is still being tried. */
function batchingOf({ batching }: Serving, state: BatchingState | undefined) {
  const { maxBatchSize, maxDelayMs, oversized } = batching;
  const { mode = null, cause = null, reason = null } = state ?? {};
  const off = mode === 'off' && { maxBatchSize: 1, maxDelayMs: 0 };
  return { maxBatchSize, maxDelayMs, oversized, ...off, mode, cause, reason };
}

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

export function metricsRoute({ registry }: Metrics): Route {
  return {
    method: 'GET',
    path: '/metrics',
    label: '/metrics',
    handler: async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
}

/** GET /openapi.json describes the other routes, and itself. Written at the first request: most processes are never asked. */
export function openApiRoute(
  config: Config,
  others: readonly Route[],
  versions: readonly string[],
  added: AddedOperations,
): Route {
  let text: string | undefined;
  const route: Route = {
    method: 'GET',
    path: '/openapi.json',
    label: '/openapi.json',
    handler: () => {
      text ??= JSON.stringify(openApiDocument(config, [...others, route], versions, added), null, 2);
      return jsonText(text);
    },
  };
  return route;
}
