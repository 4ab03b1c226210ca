import type { Tell } from '../app/job.ts';
import { abortApply, applyChanges, finishApply } from '../apply/apply.ts';
import type { Disk } from '../apply/disk.ts';
import { ServingError } from '../errors.ts';
import { damagedPolicy } from '../policy/record.ts';
import { POLICY_PATH } from '../project/manifest.ts';
import { bringBack, dropAside, putAside } from './aside.ts';
import { uncommitted, workTreeOf } from './git.ts';
import { prepareStages, showConflicts, showToGit } from './index-stages.ts';
import type { Upgrade } from './upgrade.ts';
import { install, verifyRepository } from './verify.ts';

export interface RunOptions {
  readonly allowDirty: boolean;
  /** Run the repository's tests afterwards, and put everything back if they fail. */
  readonly verify: boolean;
  readonly disk: Disk;
  readonly tell: Tell;
}

/**
 * Edits that are in no commit could not be told from those of the upgrade.
 * @throws TREE_DIRTY, TREE_UNKNOWN
 */
export function refuseDirty(root: string): void {
  if (workTreeOf(root) === null) return;
  const paths = uncommitted(root);
  if (paths.length === 0) return;
  const shown = paths.slice(0, 10).join(', ');
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  throw new ServingError('TREE_DIRTY', `${root} has changes that are in no commit: ${shown}${more}.`);
}

/** An upgrade would write the hash of what somebody has made of it, and nobody could tell any more. */
export function refuseEditedPolicy({ isPolicyEdited, root }: Upgrade): void {
  if (isPolicyEdited) throw damagedPolicy(`${root}: ${POLICY_PATH} is not as it was written.`);
}

async function verifyOrUndo({ root, reinstall }: Upgrade, { disk, tell }: RunOptions): Promise<void> {
  let failed: string | null = 'putting the installed packages aside';
  let cause: unknown;
  try {
    putAside(root, reinstall);
    failed = await verifyRepository(root, reinstall, tell);
  } catch (error) {
    cause = error;
  }
  if (failed === null) {
    dropAside(root);
    finishApply(root, disk);
    return;
  }
  const back = bringBack(root);
  abortApply(root, disk);
  if (back.reinstall) await install(root, tell);
  throw new ServingError('VERIFY_FAILED', `${failed} failed in ${root} with template files in place.`, { cause });
}

/**
 * Brings an upgrade to disk, whole or not at all. With conflicts it stays open until `--continue` or `--abort`.
 * @throws RECORD_DAMAGED where the policy was edited, TREE_DIRTY, TREE_UNKNOWN, VERIFY_FAILED and what `applyChanges` throws
 */
export async function runUpgrade(upgrade: Upgrade, options: RunOptions): Promise<void> {
  const { root, changes, conflicts, plan } = upgrade;
  const { disk, tell } = options;
  if (changes.length === 0) return;
  refuseEditedPolicy(upgrade);
  if (!options.allowDirty) refuseDirty(root);
  const verifies = options.verify && conflicts === null;
  const notes = showToGit(tell, () => prepareStages(root, plan.sides)) ?? new Map();
  applyChanges(root, changes, { disk, hold: conflicts !== null || verifies, notes });
  if (conflicts !== null) {
    showToGit(tell, () => showConflicts(root, disk));
    if (options.verify) tell('The tests wait until the conflicts are resolved: --continue --verify');
  } else if (verifies) await verifyOrUndo(upgrade, options);
}
