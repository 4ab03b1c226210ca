import { ServingError } from '../errors.ts';

/**
 * What `--check` and `status` can find: `update` there is something to bring, `drift` managed files were edited by hand, `policy`
 * an answer is not what the policy fixes.
 */
export const FINDINGS = ['update', 'drift', 'policy'] as const;
export type Finding = (typeof FINDINGS)[number];

/**
 * Reads `--fail-on`.
 * @throws USAGE
 */
export function parseFailOn(text: string): Finding[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !(FINDINGS as readonly string[]).includes(word));
  if (unknown.length === 0) return FINDINGS.filter((one) => words.includes(one));
  const shown = unknown.map((word) => JSON.stringify(word)).join(', ');
  throw new ServingError('USAGE', `--fail-on takes ${FINDINGS.join(', ')}, separated by commas, not ${shown}.`);
}

interface Found {
  readonly from: string | null;
  readonly to: string;
  /** Whether an upgrade would change anything. */
  readonly brings: boolean;
  readonly problems: readonly string[];
  readonly drift: readonly string[];
  readonly departures: readonly unknown[];
}

/**
 * What is found in a repository. Where its version is this one and an answer has left the policy, what an upgrade would change is
 * to bring it back: that is no update.
 */
export function findingsOf({ from, to, brings, problems, drift, departures }: Found): Finding[] {
  const isOnlyPolicy = from === to && departures.length > 0;
  const found = {
    update: problems.length > 0 || (brings && !isOnlyPolicy),
    drift: drift.length > 0,
    policy: departures.length > 0,
  };
  return FINDINGS.filter((one) => found[one]);
}
