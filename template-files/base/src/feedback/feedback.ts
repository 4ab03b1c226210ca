import { valueAt, type Watched } from '../drift/watched.ts';
import type { Answer } from '../inference/job.ts';
import type { ModelHealth } from '../observability/model-health.ts';
import { createMemory, type MemoryOptions, type Taken } from './memory.ts';

/** Joins true labels with the predictions that they belong to. */
export interface Feedback {
  /** Classes by their numbers; undefined where the model predicts an amount. */
  readonly labels: readonly string[] | undefined;
  /** @param at when they came (performance.now) */
  readonly remember: (id: string, fetch: readonly number[], answers: readonly Answer[], at: number) => void;
  /** `truth` is an amount, or the number of a class. Counts what comes of it. */
  readonly give: (id: string, instance: number, truth: number) => Taken;
}

/** Undefined for models whose predictions are neither one class nor one amount: there is nothing to compare. */
export function createFeedback(
  outputs: readonly Watched[],
  health: Pick<ModelHealth, 'feedback' | 'absoluteError'>,
  options: MemoryOptions,
): Feedback | undefined {
  const [output, ...more] = outputs;
  if (!output || more.length > 0 || output.kind === 'category' || options.maxPredictions === 0) return undefined;
  const labels = output.kind === 'label' ? output.names : undefined;
  const memory = createMemory(options);
  return {
    labels,
    remember(id, fetch, answers, at) {
      const place = fetch.indexOf(output.tensor);
      if (place < 0) return;
      const predictions: number[] = [];
      for (let a = 0; a < answers.length; a++) {
        const { outputs: tensors, firstRow, rows } = answers[a] as Answer;
        const tensor = tensors[place];
        for (let row = firstRow; tensor && row < firstRow + rows; row++) {
          predictions.push(valueAt(output, tensor, row) as number);
        }
      }
      memory.remember(id, predictions, at);
    },
    give(id, instance, truth) {
      const taken = memory.take(id, instance);
      if (taken.found === 'nothing') health.feedback.unmatched.inc();
      else if (taken.found === 'prediction') {
        if (labels) health.feedback[taken.prediction === truth ? 'correct' : 'wrong'].inc();
        else health.absoluteError(Math.abs(taken.prediction - truth));
      }
      return taken;
    },
  };
}
