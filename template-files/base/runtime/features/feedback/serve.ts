import type { FeatureContext, FeatureParts } from '../../feature.ts';
import { createDecoder } from '../../inference/postprocess/decoder.ts';
import { watchedOutputs } from '../../inference/watched.ts';
import { createFeedback } from './feedback.ts';
import { createFeedbackMetrics } from './metrics.ts';
import { feedbackOpenApi } from './openapi.ts';
import { feedbackRoutes } from './routes.ts';

/** Remembers predictions from now on; nothing where they cannot be compared, or serving.yaml turns it off. */
export function openFeedback({ config, metrics, bodies }: FeatureContext): FeatureParts {
  const { serving } = config;
  const { maxPredictions, ttlSeconds } = serving.feedback;
  const outputs = watchedOutputs(serving, createDecoder(serving).fetch);
  const memory = createFeedback(outputs, createFeedbackMetrics(metrics.registry), {
    maxPredictions,
    ttlMs: ttlSeconds * 1000,
  });
  if (!memory) return {};
  return {
    routes: feedbackRoutes(memory, bodies),
    openApi: feedbackOpenApi(config),
    observe({ name, version }) {
      const variant = name === 'main' ? 0 : 1;
      memory.addVariant(variant, version);
      return (call, _blocks, fetch, answers, at) => {
        const id = call.answerId ?? call.id;
        if (id !== undefined) memory.remember(id, fetch, answers, at, variant);
      };
    },
  };
}
