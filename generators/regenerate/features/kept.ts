import type { Foreseen } from '../upgrade.ts';

/** What is left to do about files of removed features that the team has edited; nothing where there are none. */
export function keptSteps({ features, plan }: Pick<Foreseen, 'features' | 'plan'>): string[] {
  if (features.removed.length === 0) return [];
  const kept = plan.outcomes.filter(({ decision }) => decision === 'keep-removed').map(({ path }) => path);
  if (kept.length === 0) return [];
  return [
    `Kept, because you have edited them: ${kept.join(', ')}. What they belong to is removed: delete them, or move what you need from them.`,
  ];
}
