import type { Feature } from '../../feature.ts';
import { createDecoder } from '../../inference/postprocess/decoder.ts';
import { watchedOutputs } from '../../inference/watched.ts';
import { contract } from './contract.ts';
import { createFeedback } from './feedback.ts';
import { feedbackRoutes } from './routes.ts';

/** Joins true labels with the predictions that they belong to. */
export const feedback: Feature = {
  name: 'feedback',
  contract,
  open({ config: { serving }, metrics, bodies }) {
    const { maxPredictions, ttlSeconds } = serving.feedback;
    const candidate = serving.variants?.mode === 'ab' ? [serving.variants.candidate.version] : [];
    const memory = createFeedback(watchedOutputs(serving, createDecoder(serving).fetch), metrics.health, {
      maxPredictions,
      ttlMs: ttlSeconds * 1000,
      versions: [serving.model.version, ...candidate],
    });
    if (!memory) return {};
    return {
      routes: feedbackRoutes(memory, bodies),
      observe: (model) => (call, _blocks, fetch, answers, at) => {
        const id = call.answerId ?? call.id;
        if (id !== undefined) memory.remember(id, fetch, answers, at, model === 'main' ? 0 : 1);
      },
    };
  },
};
