import type { LoggedRequest } from './logged.ts';
import { type ClusteredMean, createClusteredMean, type Mean } from './statistics.ts';
import { type Truth, truthKey } from './truths.ts';

/** What one version got right, by the truths that were found. */
export interface VersionResult {
  readonly variant: string;
  readonly version: string;
  /** Share of correct classes, or the mean absolute error of amounts. */
  readonly quality: Mean;
  /** Mean of predicted minus true amounts; undefined for classes. */
  readonly bias: Mean | undefined;
}

export interface Evaluation {
  readonly versions: readonly VersionResult[];
  readonly matched: number;
  /** Truths without a prediction in the log: not sampled, another file, or a wrong id. */
  readonly unmatched: number;
}

/** A truth and the prediction that it belongs to. */
export interface Match extends Truth {
  readonly predicted: number;
  readonly version: string;
}

/**
 * Joins truths with logged predictions. A truth counts once: for the first line of the log that has its prediction.
 * @param onMatch called with each truth whose prediction is found
 */
export async function evaluate(
  truths: ReadonlyMap<string, Truth>,
  logged: AsyncIterable<LoggedRequest>,
  amounts: boolean,
  onMatch?: (match: Match) => void,
): Promise<Evaluation> {
  const seen = new Set<string>();
  const sums = new Map<string, { variant: string; version: string; quality: ClusteredMean; bias: ClusteredMean }>();
  for await (const { id, variant, version, predictions } of logged) {
    for (const [instance, predicted] of predictions.entries()) {
      const at = truthKey(id, instance);
      const truth = truths.get(at);
      if (!truth || Number.isNaN(predicted) || seen.has(at)) continue;
      seen.add(at);
      onMatch?.({ ...truth, predicted, version });
      const name = `${variant} ${version}`;
      const sum = sums.get(name) ?? { variant, version, quality: createClusteredMean(), bias: createClusteredMean() };
      sums.set(name, sum);
      const cluster = truth.key ?? `id ${id}`;
      const error = predicted - truth.truth;
      sum.quality.add(cluster, amounts ? Math.abs(error) : Number(error === 0));
      sum.bias.add(cluster, error);
    }
  }
  const versions = [...sums.values()].map(({ variant, version, quality, bias }) => ({
    variant,
    version,
    quality: quality.mean(),
    bias: amounts ? bias.mean() : undefined,
  }));
  return { versions, matched: seen.size, unmatched: truths.size - seen.size };
}
