import type { Config } from '../../config.ts';
import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import type { BatchingState } from '../../inference/batching.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Handler, Route } from '../exchange.ts';
import { json } from '../reply.ts';

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
