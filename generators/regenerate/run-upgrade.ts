import type { Tell } from '../app/job.ts';
import { abortApply, applyChanges, finishApply } from '../apply/apply.ts';
import type { Disk } from '../apply/disk.ts';
import { ServingError } from '../errors.ts';
import { damagedPolicy } from '../policy/record.ts';
import { BASE_PATH, isRecord, POLICY_PATH } from '../project/manifest.ts';
import { bringBack, dropAside, putAside } from './aside.ts';
import { uncommitted, workTreeOf } from './git.ts';
import { prepareStages, showConflicts, showToGit } from './index-stages.ts';
import { stageRecord } from './record-in-git.ts';
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
  const tree = workTreeOf(root);
  if (tree === null) return;
  const found = uncommitted(root).map((one) => ({ ...one, isRecord: isRecord(one.path.slice(tree.prefix.length)) }));
  // A merge that has conflicts in the record waits for this run: what it brings is in the index, and comes from commits.
  const isMerging = found.some(({ isUnmerged, isRecord: ofRecord }) => isUnmerged && ofRecord);
  const open = isMerging ? found.filter(({ isStaged, isRecord: ofRecord }) => !isStaged && !ofRecord) : found;
  if (open.length === 0) return;
  const paths = open.map(({ path }) => path);
  const shown = paths.slice(0, 10).join(', ');
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  throw new ServingError(
    'TREE_DIRTY',
    `${root} has changes that are in no commit: ${shown}${more}.`,
    isMerging
      ? { hint: 'Resolve the conflicts in these files and add them to the index (git add), then run again.' }
      : {},
  );
}

/**
 * Files that both sides have changed cannot be merged without their base, and the base can nearly always be restored.
 * @throws RECORD_DAMAGED
 */
export function refuseLostBase({ root, lostBase }: Upgrade): void {
  if (lostBase === null) return;
  const { damage, paths } = lostBase;
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  throw new ServingError(
    'RECORD_DAMAGED',
    `${root}: ${BASE_PATH} is damaged (${damage}), and without it these cannot be merged: ${paths.slice(0, 10).join(', ')}${more}.`,
    {
      hint: `Nothing was changed. Restore it from Git: git checkout HEAD -- ${BASE_PATH}. Where no commit has it, delete it and run again: your files stay, and what the template changes in them is listed as conflicts.`,
    },
  );
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
 * @throws RECORD_DAMAGED where the policy was edited or the base is needed and damaged, TREE_DIRTY, TREE_UNKNOWN, VERIFY_FAILED and what `applyChanges` throws
 */
export async function runUpgrade(upgrade: Upgrade, options: RunOptions): Promise<void> {
  const { root, changes, conflicts, plan } = upgrade;
  const { disk, tell } = options;
  if (changes.length === 0) return;
  refuseEditedPolicy(upgrade);
  refuseLostBase(upgrade);
  if (!options.allowDirty) refuseDirty(root);
  const verifies = options.verify && conflicts === null;
  const notes = showToGit(tell, () => prepareStages(root, plan.sides)) ?? new Map();
  applyChanges(root, changes, { disk, hold: conflicts !== null || verifies, notes });
  if (conflicts !== null) {
    showToGit(tell, () => showConflicts(root, disk));
    if (options.verify) tell('The tests wait until the conflicts are resolved: --continue --verify');
    return;
  }
  if (verifies) await verifyOrUndo(upgrade, options);
  stageRecord(root, disk, tell);
}
