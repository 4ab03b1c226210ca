import type { Answer } from '../../inference/job.ts';
import { valueAt, type Watched } from '../../inference/watched.ts';
import { createLateTruths, type Logged } from './late.ts';
import { createMemory, type MemoryOptions, type Taken } from './memory.ts';
import type { FeedbackCounters, FeedbackMetrics } from './metrics.ts';

/** The version that has answered, by its place: 0 is the main one, 1 the candidate. */
export type VariantPlace = 0 | 1;

/** Joins true labels with the predictions that they belong to. */
export interface Feedback {
  /** Classes by their numbers; undefined where the model predicts an amount. */
  readonly labels: readonly string[] | undefined;
  /** Exports the series of a version that answers clients, from now on. */
  readonly addVariant: (variant: VariantPlace, version: string) => void;
  /**
   * Keeps the predictions of a request until their truth comes.
   * @param at when they came (performance.now)
   */
  readonly remember: (
    id: string,
    fetch: readonly number[],
    answers: readonly Answer[],
    at: number,
    variant?: VariantPlace,
  ) => void;
  /**
   * Counts the outcome for the version that has answered.
   * @param truth an amount, or the number of a class
   * @param logged what a log says was predicted, for a prediction that is not remembered any more
   */
  readonly give: (id: string, instance: number, truth: number, logged?: Logged) => Taken | OtherVersion;
}

/** The log's version answers no clients here: its outcome is not counted for another one. */
export interface OtherVersion {
  readonly found: 'other version';
}

const VARIANTS = ['main', 'candidate'] as const;

/** Undefined for models whose predictions are neither one class nor one amount: there is nothing to compare. */
export function createFeedback(
  outputs: readonly Watched[],
  metrics: FeedbackMetrics,
  options: MemoryOptions,
): Feedback | undefined {
  const [output, ...more] = outputs;
  if (!output || more.length > 0 || output.kind === 'category' || options.maxPredictions === 0) return undefined;
  const labels = output.kind === 'label' ? output.names : undefined;
  const memory = createMemory(options);
  const late = createLateTruths();
  const counted: FeedbackCounters[] = [];
  const versions: string[] = [];
  const take = (id: string, instance: number, logged: Logged | undefined): Taken | OtherVersion => {
    const taken = memory.take(id, instance);
    if (taken.found !== 'nothing' || !logged) return taken;
    const variant = versions.indexOf(logged.version);
    return variant < 0 ? { found: 'other version' } : late.take(id, instance, logged.prediction, variant);
  };
  return {
    labels,
    addVariant(variant, version) {
      counted[variant] ??= metrics.counters(VARIANTS[variant], version);
      versions[variant] = version;
    },
    remember(id, fetch, answers, at, variant = 0) {
      const predictions = predictionsOf(output, fetch, answers);
      if (predictions) memory.remember(id, predictions, at, variant);
    },
    give(id, instance, truth, logged) {
      const taken = take(id, instance, logged);
      if (taken.found === 'nothing') metrics.unmatched.inc();
      else if (taken.found === 'prediction') {
        const counters = counted[taken.variant];
        if (labels) counters?.[taken.prediction === truth ? 'correct' : 'wrong'].inc();
        else counters?.error(taken.prediction - truth);
      }
      return taken;
    },
  };
}

/** The class or the amount of each row of a request; undefined where the request has not asked for that output. */
function predictionsOf(
  output: Watched,
  fetch: readonly number[],
  answers: readonly Answer[],
): readonly number[] | undefined {
  const place = fetch.indexOf(output.tensor);
  if (place < 0) return undefined;
  const predictions: number[] = [];
  for (let a = 0; a < answers.length; a++) {
    const { outputs: tensors, firstRow, rows } = answers[a] as Answer;
    const tensor = tensors[place];
    for (let row = firstRow; tensor && row < firstRow + rows; row++) {
      predictions.push(valueAt(output, tensor, row) as number);
    }
  }
  return predictions;
}
