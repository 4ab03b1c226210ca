import { isDeepStrictEqual } from 'node:util';
import type { Policy } from './policy.ts';

/** In words that one policy takes the place of another; nothing where it stays. */
export function policyChange({
  policy,
  formerPolicy,
}: {
  readonly policy: Policy;
  readonly formerPolicy: Policy | null;
}): string[] {
  const [before, after] = [
    formerPolicy === null ? 'one that cannot be read' : presetNames(formerPolicy),
    presetNames(policy),
  ];
  if (before !== after) return [`${before} → ${after}`];
  return isDeepStrictEqual(formerPolicy?.locks, policy.locks) ? [] : [`${after}, with other locks`];
}

export function presetNames({ presets }: Pick<Policy, 'presets'>): string {
  return presets.length === 0 ? 'none' : presets.join(', ');
}
