import major from 'semver/functions/major.js';
import { dependencyRule } from './dependencies.ts';
import { interfaceRule } from './interface.ts';
import { modelRule } from './model.ts';
import { placeRule } from './places.ts';
import { schemaRule } from './schema.ts';
import { type Finding, ROLLOUT_CLASSES, type RolloutClass, type Rule, type Side } from './side.ts';

export interface Rollout {
  readonly class: RolloutClass;
  readonly findings: readonly Finding[];
  /** What to do, in order. */
  readonly steps: readonly string[];
}

const RULES: readonly Rule[] = [interfaceRule, modelRule, schemaRule, dependencyRule, placeRule];

const STEPS: Readonly<Record<RolloutClass, readonly string[]>> = {
  compatible: ['npm test', 'Merge, and let the rolling update replace the replicas.'],
  batch: ['npm test', 'Merge outside the batch window, and look at the next run of the job.'],
  online: [
    'npm test',
    'npm run check',
    'Give the new version a part of the traffic first (canary or A/B), and compare errors, p99 and predictions.',
    'Raise its weight to the whole when they agree.',
  ],
  breaking: [
    'npm test',
    'npm run check',
    'Run the whole integration test with every client on a staging copy.',
    'Tell the clients, or serve both versions side by side, before it replaces the old one.',
  ],
};

function versionRule(from: string, to: string): Finding[] {
  return major(from) === major(to) ? [] : [{ class: 'breaking', what: `the template goes from ${from} to ${to}` }];
}

/** Works out how an upgrade may reach production, from what differs between the two rendered templates. */
export function classifyRollout(before: Side, after: Side, from: string, to: string): Rollout {
  const findings = [...versionRule(from, to), ...RULES.flatMap((rule) => rule(before, after))];
  const worst = Math.max(0, ...findings.map((finding) => ROLLOUT_CLASSES.indexOf(finding.class)));
  const level = ROLLOUT_CLASSES[worst] ?? 'breaking';
  const sorted = findings.toSorted((a, b) => ROLLOUT_CLASSES.indexOf(b.class) - ROLLOUT_CLASSES.indexOf(a.class));
  return { class: level, findings: sorted, steps: STEPS[level] };
}

/** Without a record of the last template nobody can say what changed: the worst is assumed. */
export function unknownRollout(): Rollout {
  const what = 'the record of the last template is missing, so what changed is not known';
  return { class: 'breaking', findings: [{ class: 'breaking', what }], steps: STEPS.breaking };
}
