import { policyChange } from '../policy/change.ts';
import { neededText } from '../questions/features.ts';
import { type Departure, lockText, said } from '../questions/locks.ts';
import { outdatedAnswers } from '../questions/outdated.ts';
import { type Conflicts, explainConflict, textsOf } from './conflicts.ts';
import { describeAll, type Line } from './describe.ts';
import { featureChangeText } from './features/change.ts';
import { keptSteps } from './features/kept.ts';
import { ownershipChange } from './ownership/owned.ts';
import { keptText, ownershipText } from './ownership/text.ts';
import type { UpgradePlan } from './plan.ts';
import { isUpToDate, type Upgrade, upgradeFindings } from './upgrade.ts';

/** The files that the user has moved, and those of which it is not clear. */
function movesOf({ outcomes }: UpgradePlan) {
  return {
    moved: outcomes.flatMap(({ path, moved }) =>
      moved === null ? [] : [{ from: moved.template, to: path, percent: moved.percent }],
    ),
    unclear: outcomes.flatMap(({ path, candidates }) => (candidates.length === 0 ? [] : [{ path, candidates }])),
  };
}

/** An upgrade as data, for programs. The form is a contract: fields are added, never taken away. */
export function toJson(upgrade: Upgrade): object {
  const { root, from, to, plan, conflicts, problems, reinstall, rollout, changelog, defaulted } = upgrade;
  const { policy, formerPolicy, departures } = upgrade;
  const found = upgradeFindings(upgrade);
  return {
    directory: root,
    from,
    to,
    upToDate: isUpToDate(upgrade),
    found,
    update: found.includes('update'),
    rollout: { class: rollout.class, findings: rollout.findings, steps: rollout.steps },
    files: describeAll(plan.outcomes),
    moves: movesOf(plan),
    formatAdvice: upgrade.formatAdvice,
    drift: plan.drift,
    owned: ownedOf(plan),
    missing: missingOf(upgrade),
    conflicts: conflicts?.conflicts ?? [],
    newAnswers: defaulted,
    outdatedAnswers: outdatedAnswers(upgrade.answers),
    features: upgrade.features,
    policy: { presets: policy.presets, former: formerPolicy?.presets ?? null, departures },
    reinstall,
    problems,
    changelog,
  };
}

/** The files that the team owns, what this run changes of that, and what the template has changed in them. */
function ownedOf({ ownership, outcomes }: UpgradePlan) {
  const { owned, disowned, notes } = ownershipChange(ownership);
  return {
    paths: ownership.files.flatMap(({ is, place }) => (is ? [place] : [])).sort(),
    added: owned,
    removed: disowned,
    changed: outcomes.flatMap(({ path, kept }) => (kept === null ? [] : [{ path, lines: kept.lines }])),
    notes,
  };
}

/** What the template has and files of the repository have not, because it was removed or could not be merged earlier. */
function missingOf({ plan }: Upgrade) {
  return plan.outcomes.flatMap(({ path, missing }) =>
    missing.length === 0 ? [] : [{ path, keys: missing.map(({ key, theirs, text }) => ({ key, theirs, text })) }],
  );
}

/** Text that is put into Markdown must not be able to become markup: paths are the user's. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function section(title: string, body: string): string[] {
  return body === '' ? [] : [`### ${title}\n\n${body}`];
}

function fileLine({ word, path, detail }: Line): string {
  return `**${word}** ${code(path)}${detail ? `: ${detail.replaceAll('<', '&lt;')}` : ''}`;
}

function departureLine(one: Departure): string {
  return `${code(one.key)} is ${code(said(one.found))}: ${lockText(one).replaceAll('<', '&lt;')}`;
}

/** Lines of a file, in a block that they cannot end. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...text.split('\n'), fence].map((line) => `  ${line}`).join('\n');
}

function conflictItem(conflict: Conflicts['conflicts'][number]): string {
  const texts = textsOf(conflict).map(({ key, text }) => `\n\n  ${code(key)} in the template:\n\n${fenced(text)}`);
  return `${code(conflict.path)}: ${explainConflict(conflict).replaceAll('<', '&lt;')}${texts.join('')}`;
}

function ownedItems({ ownership, outcomes }: UpgradePlan): string[] {
  const changed = outcomes.flatMap(({ path, kept }) => (kept === null ? [] : [`${code(path)}: ${keptText(kept)}`]));
  return [...ownershipText(ownershipChange(ownership)), ...changed];
}

/** An upgrade as the body of a pull request. */
export function toMarkdown(upgrade: Upgrade): string {
  const { from, to, plan, conflicts, rollout, changelog, defaulted, reinstall, problems, departures, features } =
    upgrade;
  const title = from === to ? `Template ${to}` : `Template ${from ?? '(unknown)'} → ${to}`;
  const changes = changelog.map(({ version, text }) => `#### ${version}\n\n${text}`).join('\n\n');
  const answers = Object.entries(defaulted).map(([key, value]) => `${code(key)} = ${code(JSON.stringify(value))}`);
  const findings = rollout.findings.map(({ class: level, what }) => `${level}: ${what.replaceAll('<', '&lt;')}`);
  const files = describeAll(plan.outcomes);
  const advice = upgrade.formatAdvice;
  const formatting =
    advice === null
      ? []
      : [
          `${advice.paths.map(code).join(', ')}: perhaps formatted by your own ${advice.tool}; run \`${advice.command}\``,
        ];
  const { moved, unclear } = movesOf(plan);
  const moves = [
    ...moved.map(({ from: template, to: place }) => `${code(template)} is ${code(place)}`),
    ...unclear.map(
      ({ path, candidates }) => `${code(path)} may be one of ${candidates.map(code).join(', ')}: not clear`,
    ),
  ];
  // What a reviewer decides by comes first; the list of files can be long, and the pull request shows them anyway.
  const listed = `<details><summary>${files.length} files</summary>\n\n${bullets(files.map(fileLine))}\n\n</details>`;
  return [
    `## ${title}`,
    `**Rollout: ${rollout.class}**\n\n${bullets(findings)}`,
    ...section('Conflicts to resolve', bullets((conflicts?.conflicts ?? []).map(conflictItem))),
    ...section(
      'To do',
      bullets([
        ...formatting,
        ...outdatedAnswers(upgrade.answers),
        ...(reinstall ? ['npm install'] : []),
        ...keptSteps(upgrade),
        ...rollout.steps,
        ...features.nextSteps,
      ]),
    ),
    ...section('Features', bullets([...featureChangeText(features), ...features.needed.map(neededText)])),
    ...section('Policy', bullets([...policyChange(upgrade), ...departures.map(departureLine)])),
    ...section('New questions, answered by their defaults', bullets(answers)),
    ...section('What changes in your repository', changes),
    ...section('Managed files with edits of your own', bullets(plan.drift.map(code))),
    ...section('Files that you own', bullets(ownedItems(plan))),
    ...section('Files that you have moved', bullets(moves)),
    ...section(
      'What the template has and your files have not',
      bullets(
        missingOf(upgrade).map(({ path, keys }) => `${code(path)}: ${keys.map(({ key }) => code(key)).join(', ')}`),
      ),
    ),
    ...section('The record', bullets(problems)),
    ...section('Files', files.length === 0 ? '' : listed),
  ].join('\n\n');
}
