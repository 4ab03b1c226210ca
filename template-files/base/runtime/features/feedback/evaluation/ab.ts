import { ServiceError } from '../../../errors.ts';
import type { Evaluation, VersionResult } from './evaluate.ts';
import { effectiveRows, type Interval, meanDifference, rowsMissing, shareDifference, wilson } from './statistics.ts';

export type Verdict = 'candidate_better' | 'candidate_worse' | 'no_difference' | 'undecided';

export interface AbReport {
  readonly main: VersionResult;
  readonly candidate: VersionResult;
  /** Candidate less main, 95 %: of accuracy, or of the mean absolute error. */
  readonly difference: Interval;
  /** The smallest difference that matters. */
  readonly matters: number;
  /** Truths that the candidate still needs; 0 when it has enough. */
  readonly missing: number;
  readonly verdict: Verdict;
}

/** Without a difference of its own: two points of accuracy, or a twentieth of the main version's mean absolute error. */
const MATTERS = { share: 0.02, amount: 0.05 } as const;

/**
 * Compares the candidate with the main version.
 * @param difference the smallest one that matters, in the measure's own unit
 * @throws DATA_INVALID when there are not exactly one main version and one candidate with truths
 */
export function compareVersions(evaluation: Evaluation, amounts: boolean, difference?: number): AbReport {
  const [main, candidate] = [only(evaluation, 'main'), only(evaluation, 'candidate')];
  const matters = difference ?? (amounts ? MATTERS.amount * main.quality.mean : MATTERS.share);
  const interval = amounts
    ? meanDifference(candidate.quality, main.quality)
    : shareDifference(shareInterval(candidate), shareInterval(main));
  const missing = rowsMissing(candidate.quality, main.quality, matters);
  return { main, candidate, difference: interval, matters, missing, verdict: verdictOf(interval, matters, amounts) };
}

/** Accuracy of a version with Wilson's interval, for as many independent rows as its rows are worth. */
export function shareInterval({ quality }: VersionResult): Interval {
  return wilson(quality.mean, effectiveRows(quality));
}

function verdictOf({ lower, upper }: Interval, matters: number, amounts: boolean): Verdict {
  if (lower > 0) return amounts ? 'candidate_worse' : 'candidate_better';
  if (upper < 0) return amounts ? 'candidate_better' : 'candidate_worse';
  return lower > -matters && upper < matters ? 'no_difference' : 'undecided';
}

function only({ versions }: Evaluation, variant: string): VersionResult {
  const [found, ...more] = versions.filter((one) => one.variant === variant);
  if (found && more.length === 0) return found;
  const names = versions.map((one) => `${one.variant} ${one.version}`).join(', ') || 'none';
  throw new ServiceError(
    'DATA_INVALID',
    `expected truths of one ${variant} version, found ${names}: give the log of the A/B test alone (--log)`,
  );
}
