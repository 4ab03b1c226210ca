import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Disk } from '../apply/disk.ts';
import { nodeDisk } from '../apply/node-disk.ts';
import { type Pending, pendingApply } from '../apply/pending.ts';
import { ServingError } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import { isRecord } from '../project/manifest.ts';
import { readRecord } from '../project/read-record.ts';
import { settleAnswers } from '../questions/settle.ts';
import { readConflicts } from '../regenerate/conflicts.ts';
import { findingsOf } from '../regenerate/findings.ts';
import { lookingAt } from '../regenerate/not-readable.ts';
import { openProject } from '../regenerate/open-project.ts';
import { quickCheck } from '../regenerate/quick-check.ts';
import { recordSides } from '../regenerate/record-in-git.ts';
import { rootOf } from '../regenerate/root.ts';
import { plainFiles } from '../regenerate/scan.ts';
import type { UpgradeSource } from '../regenerate/source.ts';
import { type Foreseen, foreseeUpgrade, isUpToDate, prepareUpgrade, type Upgrade } from '../regenerate/upgrade.ts';
import { modelOf } from './model-of.ts';
import type { PolicyStatus, RepositoryStatus, State, UpgradeStatus } from './repository-status.ts';

type Found = Partial<RepositoryStatus> & Pick<RepositoryStatus, 'state'>;

const PENDING = { half: 'interrupted', undoing: 'undoing', held: 'held' } as const satisfies Partial<
  Record<Pending['state'], RepositoryStatus['pending']>
>;

/** What an earlier run left open; a complete one that only has not tidied up is none. */
function pendingIn(root: string, disk: Disk): RepositoryStatus['pending'] {
  const state = pendingApply(root, disk)?.state;
  if (state !== undefined && state !== 'done') return PENDING[state];
  return readConflicts(plainFiles(root, disk).read) === null ? null : 'conflicts';
}

function upgradeStatus({ to, plan, rollout, conflicts, defaulted, reinstall }: Foreseen): UpgradeStatus {
  return {
    to,
    rollout: rollout.class,
    files: plan.changes.filter(({ path }) => !isRecord(path)).length,
    conflicts: conflicts?.conflicts.map(({ path }) => path) ?? [],
    newQuestions: Object.keys(defaulted),
    reinstall,
  };
}

function policyStatus({
  policy,
  formerPolicy,
  departures,
}: Pick<Foreseen, 'policy' | 'formerPolicy' | 'departures'>): PolicyStatus {
  return { presets: policy.presets, former: formerPolicy?.presets ?? null, departures };
}

/** Most urgent first, as the states are. */
function stateOf({ problems, departures, plan }: Foreseen, brings: boolean): State {
  if (problems.length > 0) return 'damaged';
  if (departures.length > 0) return 'off-policy';
  if (brings) return 'update';
  return plan.drift.length > 0 ? 'drifted' : 'current';
}

function look(
  root: string,
  source: UpgradeSource,
  { policy, disk }: Pick<Look, 'policy'> & { readonly disk: Disk },
): Found {
  const pending = pendingIn(root, disk);
  // What is not finished is an update that is not brought.
  if (pending !== null) return { state: 'pending', pending, found: ['update'] };
  const { version } = source.template;
  const quick = policy ? null : quickCheck(root, version, disk);
  if (quick) {
    const { drift, policy: kept } = quick;
    return {
      state: drift.length > 0 ? 'drifted' : 'current',
      template: version,
      found: drift.length > 0 ? ['drift'] : [],
      drift,
      policy: policyStatus({ policy: kept, formerPolicy: kept, departures: [] }),
    };
  }
  const project = openProject(root, source, { policy }, disk);
  const answers = settleAnswers(project.given, project.context);
  // Another version is an update whatever its record says; at the same one the record may be all that changes.
  const isOther = project.from !== version;
  const upgrade = isOther ? foreseeUpgrade(project, answers) : prepareUpgrade(project, answers);
  const brings = isOther || !isUpToDate(upgrade as Upgrade);
  const { problems, departures, plan } = upgrade;
  return {
    state: stateOf(upgrade, brings),
    template: project.from,
    found: findingsOf({ from: project.from, to: version, brings, problems, drift: plan.drift, departures }),
    drift: upgrade.plan.drift,
    problems: upgrade.problems,
    policy: policyStatus(upgrade),
    upgrade: brings ? upgradeStatus(upgrade) : null,
  };
}

const STATE_OF_ERROR: Readonly<Record<string, State>> = {
  NOT_STAMPED_OUT: 'foreign',
  DOWNGRADE: 'newer',
  RECORD_NEWER: 'newer',
};

function known(error: unknown): ServingError {
  if (error instanceof ServingError) return error;
  return new ServingError('INTERNAL', String((error as Error)?.message ?? error), { cause: error });
}

/** A repository that fails must not hide the others: whatever is thrown becomes a part of its status. */
function attempt<T>(directory: string, work: () => T): T | Found {
  try {
    return lookingAt(directory, work);
  } catch (error) {
    const { code, message, hint } = known(error);
    return { state: STATE_OF_ERROR[code] ?? 'failed', error: { code, message, hint } };
  }
}

/** A file among what a shell's pattern named is no mistake; a directory that is not there is one. */
function placeOf(directory: string): { readonly root: string } {
  const stat = statSync(resolve(directory), { throwIfNoEntry: false });
  if (stat === undefined) throw new ServingError('NOT_READABLE', `There is no directory ${resolve(directory)}.`);
  if (!stat.isDirectory()) throw new ServingError('NOT_STAMPED_OUT', `${directory} is no directory.`);
  return { root: rootOf(directory) };
}

/** The version that the record names, for repositories of which nothing more can be told. */
function templateOf(root: string, disk: Disk): string | null {
  try {
    return readRecord(plainFiles(root, disk), () => recordSides(root, disk)).manifest?.templateVersion ?? null;
  } catch {
    return null;
  }
}

const NOTHING_KNOWN: Omit<RepositoryStatus, 'directory' | 'state'> = {
  model: null,
  template: null,
  found: [],
  drift: [],
  problems: [],
  pending: null,
  upgrade: null,
  policy: null,
  error: null,
};

/** How repositories are looked at. */
export interface Look {
  /** To judge them by, instead of the one that each is under. */
  readonly policy?: Policy | undefined;
  readonly disk?: Disk;
}

/** Tells where one repository stands. Changes nothing and does not throw. */
export function statusOf(
  directory: string,
  source: UpgradeSource,
  { policy, disk = nodeDisk }: Look = {},
): RepositoryStatus {
  const place = attempt(directory, () => placeOf(directory));
  if (!('root' in place)) return { ...NOTHING_KNOWN, directory, ...place };
  const found = attempt(directory, () => look(place.root, source, { policy, disk }));
  if (found.state === 'foreign') return { ...NOTHING_KNOWN, directory, ...found };
  const model = modelOf(plainFiles(place.root, disk).read);
  const template = found.template === undefined ? templateOf(place.root, disk) : found.template;
  return { ...NOTHING_KNOWN, directory, ...found, model, template };
}
