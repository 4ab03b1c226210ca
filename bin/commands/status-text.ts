import {
  type PolicyStatus,
  type RepositoryStatus,
  STATES,
  type State,
} from '../../generators/fleet/repository-status.ts';
import { presetNames } from '../../generators/policy/change.ts';
import { alignColumns } from './table.ts';

/** A state in words, for the sum; the words for one repository say more. */
const WORDS: Readonly<Record<State, string>> = {
  failed: 'failed',
  foreign: 'not of create-ml-serving',
  pending: 'with an unfinished upgrade',
  newer: 'of a newer version',
  damaged: 'with a damaged record',
  'off-policy': 'off the policy',
  update: 'to upgrade',
  drifted: 'edited by hand',
  current: 'up to date',
};

const UNFINISHED = {
  interrupted: 'an upgrade was interrupted: regenerate --continue or --abort',
  undoing: 'an upgrade is half undone: regenerate --abort',
  held: 'an upgrade waits to be finished: regenerate --continue or --abort',
  conflicts: 'conflicts are left: resolve them, then regenerate --continue',
} as const;

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

function driftText(drift: readonly string[]): string[] {
  if (drift.length === 0) return [];
  const more = drift.length > 1 ? ` and ${drift.length - 1} more` : '';
  return [`edited by hand: ${drift[0]}${more}`];
}

function upgradeText({ upgrade, template }: RepositoryStatus): string[] {
  if (upgrade === null) return [];
  const { to, rollout, files, conflicts, newQuestions } = upgrade;
  const parts = [
    rollout,
    count(files, 'file'),
    ...(conflicts.length > 0 ? [count(conflicts.length, 'conflict')] : []),
    ...(newQuestions.length > 0 ? [count(newQuestions.length, 'new question')] : []),
  ];
  return [`${template === to ? 'changes to bring in' : `→ ${to}`}: ${parts.join(', ')}`];
}

function policyText(policy: PolicyStatus | null): string[] {
  if (policy === null) return [];
  const { presets, former, departures } = policy;
  if (departures.length === 0) {
    const before = former === null ? 'unreadable' : presetNames({ presets: former });
    const after = presetNames({ presets });
    return before === after ? [] : [`policy: ${before} → ${after}`];
  }
  const makers = [...new Set(departures.map(({ by }) => by))].join(', ');
  return [`off the policy of ${makers}: ${departures.map(({ key }) => key).join(', ')}`];
}

/** Everything there is to say about one repository, on one line. */
export function statusLine(status: RepositoryStatus): string {
  const { state, pending, problems, drift, error } = status;
  if (error !== null) return state === 'foreign' ? 'not of create-ml-serving' : `${error.code}: ${error.message}`;
  const parts = [
    ...(pending === null ? [] : [UNFINISHED[pending]]),
    ...(problems.length === 0 ? [] : [`record: ${problems[0]}${problems.length > 1 ? ' and more' : ''}`]),
    ...policyText(status.policy),
    ...upgradeText(status),
    ...driftText(drift),
  ];
  return parts.length === 0 ? 'up to date' : parts.join('; ');
}

/** A fleet as a table, a line each, and how many stand where. */
export function statusTable(fleet: readonly RepositoryStatus[], templateVersion: string): string {
  const rows = fleet.map((status) => {
    const { directory, model, template } = status;
    return [directory, model === null ? '-' : `${model.name} ${model.version}`, template ?? '-', statusLine(status)];
  });
  const sums = STATES.toReversed().flatMap((state) => {
    const number = fleet.filter((status) => status.state === state).length;
    return number === 0 ? [] : [`${number} ${WORDS[state]}`];
  });
  const head = ['directory', 'model', 'template', 'status'];
  return `${alignColumns([head, ...rows])}\n${sums.join(', ')} (template ${templateVersion})\n`;
}
