import type { Outcome } from '../generators/merge/outcome.ts';
import { policyChange } from '../generators/policy/change.ts';
import { MANIFEST_PATH } from '../generators/project/manifest.ts';
import { neededText } from '../generators/questions/features.ts';
import { lockText, said } from '../generators/questions/locks.ts';
import { outdatedAnswers } from '../generators/questions/outdated.ts';
import { textsOf } from '../generators/regenerate/conflicts.ts';
import { describe, type Line } from '../generators/regenerate/describe.ts';
import { featureChangeText } from '../generators/regenerate/features/change.ts';
import { keptSteps } from '../generators/regenerate/features/kept.ts';
import type { Finding } from '../generators/regenerate/findings.ts';
import { ownershipChange } from '../generators/regenerate/ownership/owned.ts';
import { ownershipText } from '../generators/regenerate/ownership/text.ts';
import { toJson, toMarkdown } from '../generators/regenerate/report.ts';
import { isUpToDate, type Upgrade, upgradeFindings } from '../generators/regenerate/upgrade.ts';
import type { RegenerateFlags } from './commands/regenerate-flags.ts';
import { paint } from './paint.ts';

type Form = Pick<RegenerateFlags, 'report' | 'json'>;

const COLOURS: Readonly<Record<Line['word'], Parameters<typeof paint>[0]>> = {
  add: 'green',
  update: 'green',
  merge: 'cyan',
  move: 'cyan',
  delete: 'yellow',
  conflict: 'red',
  keep: 'yellow',
  note: 'dim',
};

const SHOWN = 5;

function shortList(paths: readonly string[]): string {
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : '';
  return `${paths.slice(0, SHOWN).join(', ')}${more}`;
}

function headline(upgrade: Upgrade): string {
  const { from, to } = upgrade;
  if (isUpToDate(upgrade)) return `Up to date: template ${to}`;
  if (from === null)
    return `Template ${to}, without a base: the record is missing or damaged, so nothing of yours is replaced`;
  if (isOnlyOwnership(upgrade)) return `Template ${to}: whose the files are changes, and nothing else`;
  return from === to ? `Template ${to}, with changes to bring in` : `Template ${from} → ${to}`;
}

/** Whether all that changes is what the record says of whose the files are. */
function isOnlyOwnership({ from, to, plan, changes, problems }: Upgrade): boolean {
  const { owned, disowned } = ownershipChange(plan.ownership);
  const isRecordOnly = plan.changes.length === 0 && changes.every(({ path }) => path === MANIFEST_PATH);
  return from === to && owned.length + disowned.length > 0 && isRecordOnly && problems.length === 0;
}

/** The template's own lines of what was not merged, below the file. */
function textLines({ conflict }: Outcome): string[] {
  return textsOf(conflict).flatMap(({ key, text }) => [
    paint('dim', `            ${printable(key)} in the template:`),
    ...text.split('\n').map((line) => paint('dim', `              ${printable(line)}`)),
  ]);
}

/** What comes from files must not be able to steer a terminal. */
function printable(line: string): string {
  return line.replaceAll('\t', '  ').replace(/[\p{Cc}\p{Cf}]/gu, '?');
}

function fileLines(upgrade: Upgrade): string[] {
  return upgrade.plan.outcomes.flatMap((outcome) => [
    ...describe(outcome).map(
      ({ word, path, detail }) =>
        `  ${paint(COLOURS[word], word.padEnd(9))}${path}${detail && paint('dim', `  ${detail}`)}`,
    ),
    ...textLines(outcome),
  ]);
}

function extras(upgrade: Upgrade): string[] {
  const { problems, defaulted, plan, rollout, changelog, departures, formatAdvice } = upgrade;
  return [
    ...featureChangeText(upgrade.features),
    ...upgrade.features.needed.map(neededText),
    ...policyChange(upgrade).map((line) => `Policy: ${line}`),
    ...outdatedAnswers(upgrade.answers).map((line) => `Outdated: ${line}`),
    ...problems.map((problem) => `Record: ${problem}`),
    ...departures.map((one) => `Not as the policy says: ${one.key} is ${said(one.found)}; ${lockText(one)}`),
    ...Object.entries(defaulted).map(
      ([key, value]) => `New question ${key}: ${JSON.stringify(value)} (default; change it with --set)`,
    ),
    ...(formatAdvice === null
      ? []
      : [
          `Formatted by your own ${formatAdvice.tool}, perhaps: ${shortList(formatAdvice.paths)}. Run ${formatAdvice.command}`,
        ]),
    ...ownershipText(ownershipChange(plan.ownership)).map(printable),
    ...plan.drift.map((path) => `Edited by hand, though the template manages it: ${path}`),
    ...changelog.map(
      ({ version, text }) => `What changes in your repository with ${version}:\n${text.replace(/^/gm, '  ')}`,
    ),
    ...(isUpToDate(upgrade) || isOnlyOwnership(upgrade)
      ? []
      : [`Rollout: ${rollout.class}`, ...rollout.findings.map(({ what }) => `  ${what}`)]),
  ];
}

function printAs(upgrade: Upgrade, { report, json }: Form): boolean {
  if (json || report === 'json') console.log(JSON.stringify(toJson(upgrade), null, 2));
  else if (report === 'md') console.log(toMarkdown(upgrade));
  else return false;
  return true;
}

/** The plan: as a report on standard output where one is asked for, else for a person. */
export function printPlan(upgrade: Upgrade, form: Form): void {
  if (printAs(upgrade, form)) return;
  const write = (line: string) => console.log(line);
  write(headline(upgrade));
  for (const line of [...fileLines(upgrade), ...extras(upgrade)]) write(line);
}

/** `--check`: what there is, and 2 where there is something to fail on. */
export function printCheck(upgrade: Upgrade, form: Form, failOn: readonly Finding[]): number {
  if (!printAs(upgrade, form)) {
    console.log(headline(upgrade));
    for (const line of [...fileLines(upgrade), ...extras(upgrade)]) console.log(line);
  }
  return upgradeFindings(upgrade).some((one) => failOn.includes(one)) ? 2 : 0;
}

/** What was done and what is left to do. */
export function printDone(upgrade: Upgrade, tell: (line: string) => void): void {
  const { conflicts, changes, reinstall, rollout, to, formatAdvice } = upgrade;
  if (changes.length === 0) return;
  if (upgrade.isOnlyPlaces) {
    tell('Recorded where you have moved files: the next upgrade finds them there');
    return;
  }
  if (isOnlyOwnership(upgrade)) {
    tell('Recorded whose the files are; commit .ml-serving/manifest.json');
    return;
  }
  tell(`Brought to template ${to}; what was there before is in .ml-serving/local`);
  if (reinstall) tell('Dependencies changed: run npm install');
  if (conflicts !== null) {
    const left = conflicts.conflicts.length;
    const what = left === 1 ? '1 conflict is left: resolve it' : `${left} conflicts are left: resolve them`;
    tell(`${what}, then create-ml-serving regenerate --continue (or --abort)`);
    for (const { path } of conflicts.conflicts) tell(`  ${path}`);
    if (formatAdvice !== null) {
      tell(
        `Your ${formatAdvice.tool} may be their cause: create-ml-serving regenerate --abort, then ${formatAdvice.command}`,
      );
    }
  } else for (const step of [...keptSteps(upgrade), ...rollout.steps, ...upgrade.features.nextSteps]) tell(step);
}
