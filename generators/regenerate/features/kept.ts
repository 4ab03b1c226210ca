import type { Decision } from '../../merge/table.ts';
import type { Foreseen } from '../upgrade.ts';

/** What is left to do about files of removed features that the team has edited or owns; nothing where there are none. */
export function keptSteps({ features, plan }: Pick<Foreseen, 'features' | 'plan'>): string[] {
  if (features.removed.length === 0) return [];
  const pathsOf = (wanted: Decision) =>
    plan.outcomes.filter(({ decision }) => decision === wanted).map(({ path }) => path);
  const reasons = [
    ['you have edited them', pathsOf('keep-removed')],
    ['you own them', pathsOf('keep-owned-removed')],
  ] as const;
  return reasons
    .filter(([, paths]) => paths.length > 0)
    .map(
      ([why, paths]) =>
        `Kept, because ${why}: ${paths.join(', ')}. What they belong to is removed: delete them, or move what you need from them.`,
    );
}
