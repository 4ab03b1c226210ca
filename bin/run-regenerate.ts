import { nodeDisk } from '../generators/apply/node-disk.ts';
import { pendingApply } from '../generators/apply/pending.ts';
import { ServingError } from '../generators/errors.ts';
import { parseSetFlags } from '../generators/questions/set-flags.ts';
import { settleAnswers } from '../generators/questions/settle.ts';
import { CONFLICTS_PATH, readConflicts } from '../generators/regenerate/conflicts.ts';
import { lookingAt } from '../generators/regenerate/not-readable.ts';
import { openProject, type Project, type Wishes } from '../generators/regenerate/open-project.ts';
import { plainFiles } from '../generators/regenerate/scan.ts';
import { ownSource, type UpgradeSource } from '../generators/regenerate/source.ts';
import { prepareUpgrade, type Upgrade } from '../generators/regenerate/upgrade.ts';
import { failOnOf, type RegenerateFlags } from './commands/regenerate-flags.ts';
import { paint } from './paint.ts';
import { printCheck, printDone, printPlan } from './print-upgrade.ts';
import { readPolicy } from './read-policy.ts';

const tell = (line: string) => console.error(`${paint('green', '•')} ${line}`);

/**
 * Plans and applies, continues or takes back. Loaded only when the quick check does not answer already.
 * @param set what becomes of the answers, where that is not what `--set` says
 * @returns the exit code
 */
export async function runRegenerate(
  directory: string,
  flags: RegenerateFlags,
  source: () => UpgradeSource = ownSource,
  set: Wishes['set'] = parseSetFlags(flags.set),
): Promise<number> {
  if (flags.continue || flags.abort) return resume(directory, flags);

  const project = openProject(directory, source(), {
    set,
    policy: readPolicy(flags.preset),
    format: flags.format === true,
    restore: flags.restore,
    own: flags.own,
    disown: flags.disown,
  });
  lookingAt(project.root, () => refusePending(project));
  let exit = 0;
  const act = async (upgrade: Upgrade) => {
    exit = await actOn(upgrade, flags);
  };
  if (asks(project, flags)) {
    const { askAndUpgrade } = await import('../generators/regenerate/run.ts');
    await askAndUpgrade({ project, act });
  } else await act(prepareUpgrade(project, settleAnswers(project.given, project.context)));
  return exit;
}

/** Only questions that are new, and only a person at a terminal who wants to go on. */
function asks({ unanswered }: Project, flags: RegenerateFlags): boolean {
  const looksOnly = flags.check || flags.dryRun || flags.diff || flags.report !== undefined || flags.json;
  return unanswered.length > 0 && !flags.yes && !looksOnly && Boolean(process.stdin.isTTY && process.stdout.isTTY);
}

/** A second upgrade on top of an unfinished one could not be told apart from it. */
function refusePending({ root, disk }: Project): void {
  const pending = pendingApply(root, disk);
  if (pending !== null && pending.state !== 'done') {
    const what = pending.state === 'held' ? 'waits to be finished or undone' : 'was interrupted';
    throw new ServingError('PENDING', `An earlier run in ${root} ${what}.`);
  }
  const open = readConflicts(plainFiles(root, disk).read);
  if (open === null) return;
  throw new ServingError(
    'PENDING',
    `${open.conflicts.length} conflicts of the last upgrade are left (${CONFLICTS_PATH}).`,
    {
      hint: 'Resolve them, then run create-ml-serving regenerate --continue.',
    },
  );
}

async function actOn(upgrade: Upgrade, flags: RegenerateFlags): Promise<number> {
  if (flags.check) return printCheck(upgrade, flags, failOnOf(flags));
  if (flags.diff) {
    const { toDiff } = await import('../generators/regenerate/diff.ts');
    process.stdout.write(lookingAt(upgrade.root, () => toDiff(upgrade, nodeDisk)));
    return 0;
  }
  const { refuseDirty, refuseEditedPolicy, refuseLostBase, runUpgrade } = await import(
    '../generators/regenerate/run-upgrade.ts'
  );
  if (!flags.dryRun && upgrade.changes.length > 0) {
    refuseEditedPolicy(upgrade);
    refuseLostBase(upgrade);
  }
  if (!flags.dryRun && !flags.allowDirty && upgrade.changes.length > 0) refuseDirty(upgrade.root);
  // A person reads first what is going to be done. Whoever reads a report gets that of what was done, or the error: not both.
  const last = !flags.dryRun && (flags.json === true || flags.report !== undefined);
  if (!last) printPlan(upgrade, flags);
  if (flags.dryRun) return 0;
  await runUpgrade(upgrade, {
    allowDirty: flags.allowDirty === true,
    verify: flags.verify === true,
    disk: nodeDisk,
    tell,
  });
  if (last) printPlan(upgrade, flags);
  printDone(upgrade, tell);
  return upgrade.conflicts !== null && !flags.allowConflicts ? 3 : 0;
}

async function resume(directory: string, flags: RegenerateFlags): Promise<number> {
  const { abortUpgrade, continueUpgrade } = await import('../generators/regenerate/resume.ts');
  if (flags.continue) {
    await continueUpgrade(directory, { disk: nodeDisk, verify: flags.verify === true, tell });
    tell('Done: nothing of the upgrade is left open');
    return 0;
  }
  const { rescued, reinstall } = abortUpgrade(directory, nodeDisk);
  tell('Everything is as it was before the upgrade');
  if (rescued.length > 0) tell(`Later edits of ${rescued.join(', ')} are kept in .ml-serving/local/rescued`);
  if (reinstall) tell('The installed packages could not be put back: run npm install');
  return 0;
}
