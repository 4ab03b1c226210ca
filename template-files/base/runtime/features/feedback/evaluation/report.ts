import { type AbReport, shareInterval, type Verdict } from './ab.ts';
import type { Evaluation, VersionResult } from './evaluate.ts';
import { type Interval, type Mean, Z_95 } from './statistics.ts';

type Typed = Evaluation & { readonly amounts: boolean };

const VERDICTS: Readonly<Record<Verdict, string>> = {
  candidate_better: 'The candidate is better.',
  candidate_worse: 'The candidate is worse.',
  no_difference: 'There is no difference that matters.',
  undecided: 'Not decided yet.',
};

/** The quality of each version, as data. */
export function feedbackSummary({ versions, matched, unmatched, amounts }: Typed) {
  return {
    matched,
    unmatched,
    versions: versions.map((one) => ({
      variant: one.variant,
      version: one.version,
      truths: one.quality.rows,
      ...(amounts
        ? { mean_absolute_error: meanInterval(one.quality), bias: one.bias && meanInterval(one.bias) }
        : { accuracy: shareInterval(one) }),
    })),
  };
}

/** The same as text, one line a version. */
export function feedbackLines(evaluation: Typed): readonly string[] {
  const { versions, matched, unmatched, amounts } = evaluation;
  const one = (result: VersionResult): string => {
    const { variant, version, quality, bias } = result;
    const measures =
      amounts && bias
        ? `mean absolute error ${shown(meanInterval(quality))}, bias ${shown(meanInterval(bias))}`
        : `accuracy ${shown(shareInterval(result))}`;
    return `${variant} ${version}: ${measures}, ${quality.rows} truths`;
  };
  const lost = unmatched > 0 ? [`${unmatched} truths have no prediction in the log.`] : [];
  return [...versions.map(one), `${matched} truths were compared.`, ...lost];
}

export function abLines({ difference, matters, missing, verdict }: AbReport, amounts: boolean): readonly string[] {
  const measure = amounts ? 'mean absolute error' : 'accuracy';
  const wanted = `a difference of ${rounded(matters)} (--difference)`;
  const more = missing > 0 ? `The candidate needs ${missing} more truths` : 'The candidate has enough truths';
  return [
    `candidate less main: ${measure} ${shown(difference)}`,
    VERDICTS[verdict],
    `${more} to find ${wanted} in 4 of 5 tests. Decide once they are there: who looks every day finds differences by chance.`,
  ];
}

function meanInterval({ mean, meanVariance }: Mean): Interval {
  const half = Z_95 * Math.sqrt(meanVariance);
  return { estimate: mean, lower: mean - half, upper: mean + half };
}

function shown({ estimate, lower, upper }: Interval): string {
  return `${rounded(estimate)} (95 %: ${rounded(lower)} to ${rounded(upper)})`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
