import type { Tell } from '../app/job.ts';
import { abortApply, applyChanges, checkAbort, continueApply, finishApply } from '../apply/apply.ts';
import type { Disk } from '../apply/disk.ts';
import { pendingApply } from '../apply/pending.ts';
import { ServingError } from '../errors.ts';
import { isReadable } from '../merge/formats.ts';
import { decodeText } from '../merge/text.ts';
import { hasMarkers } from '../merge/text-merge.ts';
import { bringBack, dropAside, putAside } from './aside.ts';
import { CONFLICTS_PATH, type Conflicts, readConflicts } from './conflicts.ts';
import { workTreeOf } from './git.ts';
import { showConflicts, showToGit, stageResolved, unstageConflicts } from './index-stages.ts';
import { lookingAt } from './not-readable.ts';
import { stageRecord } from './record-in-git.ts';
import { rootOf } from './root.ts';
import { plainFiles, scanner } from './scan.ts';
import { verifyRepository } from './verify.ts';

export interface ResumeOptions {
  readonly disk: Disk;
  readonly verify: boolean;
  readonly tell: Tell;
}

/** What still keeps a conflict from counting as resolved. A file whose own version was kept is resolved by saying so. */
function unresolved({ conflicts }: Conflicts, root: string, disk: Disk): string[] {
  const { read } = plainFiles(root, disk);
  return conflicts.flatMap(({ path, markers }) => {
    const bytes = read(path);
    const text = bytes && decodeText(bytes);
    if (text === null) return [];
    if (markers && hasMarkers(text)) return [`${path} still holds conflict markers`];
    return isReadable(path, text) ? [] : [`${path} cannot be read in its format`];
  });
}

function removeList(root: string, disk: Disk): void {
  const list = scanner(root, disk, () => 0o644)(CONFLICTS_PATH);
  if (list?.kind !== 'file') return;
  const before = { sha256: list.sha256, mode: list.mode };
  applyChanges(root, [{ kind: 'delete', path: CONFLICTS_PATH, before }], { disk });
}

/**
 * Goes on with what an earlier run left: finishes writing, then closes the conflicts once they are resolved.
 * @throws CONFLICTS_LEFT, VERIFY_FAILED, NOTHING_PENDING and what `continueApply` throws
 */
export async function continueUpgrade(directory: string, { disk, verify, tell }: ResumeOptions): Promise<void> {
  const root = rootOf(directory);
  const state = pendingApply(root, disk)?.state;
  if (state === 'half' || state === 'undoing') {
    continueApply(root, disk);
    tell('Finished what the interrupted run had begun');
  }
  const conflicts = lookingAt(root, () => readConflicts(plainFiles(root, disk).read));
  const held = pendingApply(root, disk)?.state === 'held';
  if (!held && conflicts === null) {
    if (state === 'half') return;
    throw new ServingError('NOTHING_PENDING', `No upgrade is pending in ${root}.`);
  }
  const left = conflicts === null ? [] : lookingAt(root, () => unresolved(conflicts, root, disk));
  if (left.length > 0) {
    // The run that was interrupted may not have come to it.
    showToGit(tell, () => showConflicts(root, disk));
    throw new ServingError('CONFLICTS_LEFT', `${left.join('; ')}.`);
  }
  if (verify && held) putAside(root, true);
  const failed = verify ? await verifyRepository(root, true, tell) : null;
  if (failed !== null) {
    throw new ServingError('VERIFY_FAILED', `${failed} failed in ${root}.`, {
      hint: 'Nothing was put back: mend it and run --continue again, or undo the upgrade with --abort.',
    });
  }
  dropAside(root);
  if (held) finishApply(root, disk);
  if (conflicts !== null) close(root, disk, conflicts);
  stageRecord(root, disk, tell);
}

function close(root: string, disk: Disk, { conflicts }: Conflicts): void {
  removeList(root, disk);
  const tree = workTreeOf(root, { code: 'GIT_INDEX_FAILED' });
  if (tree !== null) stageResolved(tree, { root, disk, paths: conflicts.map(({ path }) => path) });
}

export interface Aborted {
  /** Paths whose later edits were kept aside in `.ml-serving/local/rescued`. */
  readonly rescued: readonly string[];
  /** Whether installed packages may not be those of before. */
  readonly reinstall: boolean;
}

/** Puts everything back as it was before the pending upgrade, byte for byte. */
export function abortUpgrade(directory: string, disk: Disk): Aborted {
  const root = rootOf(directory);
  if (pendingApply(root, disk) === null) {
    throw new ServingError('NOTHING_PENDING', `No upgrade is pending in ${root} on this machine.`, {
      hint: 'An upgrade that is committed is undone with Git.',
    });
  }
  checkAbort(root, disk);
  unstageConflicts(root, disk);
  const { reinstall } = bringBack(root);
  return { rescued: abortApply(root, disk), reinstall };
}
