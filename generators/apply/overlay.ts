import { type FileContents, sha256Of } from '../contents.ts';
import { ServingError } from '../errors.ts';
import { applyChanges } from './apply.ts';
import type { Before, WriteChange } from './change.ts';
import type { NewFile } from './create-directory.ts';
import type { Disk } from './disk.ts';
import { layoutOf, placeOf } from './layout.ts';
import { nodeDisk } from './node-disk.ts';
import { gitMode, observe } from './observe.ts';

/** What happens to the file at a planned path. A file that is written once and then the team's is kept where it exists. */
export type OverlayAction = 'create' | 'overwrite' | 'same' | 'keep';

export interface OverlayStep {
  readonly action: OverlayAction;
  readonly change: WriteChange;
}

/**
 * What writing these files into a directory that holds others would do. Changes nothing.
 * @throws PATH_UNSAFE where something else than a file stands in a file's place
 */
export function planOverlay(
  root: string,
  files: readonly (NewFile & { readonly owner: string })[],
  disk: Disk = nodeDisk,
): OverlayStep[] {
  const layout = layoutOf(root);
  return files.map(({ path, bytes, mode, owner }) => {
    const before = observe(disk, placeOf(layout, path));
    if (before !== 'absent' && typeof before === 'string') {
      throw new ServingError('PATH_UNSAFE', `${path} is a ${before} in ${root}, where the template has a file.`, {
        hint: 'Move it away, then run again.',
      });
    }
    return {
      action: actionFor(before, bytes, owner),
      change: { kind: 'write', path, bytes, mode: gitMode(mode), before },
    };
  });
}

function actionFor(before: Before, bytes: FileContents, owner: string): OverlayAction {
  if (before === 'absent') return 'create';
  if (before.sha256 === sha256Of(bytes)) return 'same';
  return owner === 'seeded' ? 'keep' : 'overwrite';
}

/**
 * Does what was planned: whole or not at all, and nothing else is touched.
 * @returns the folder, relative to the root, where what was overwritten is kept; undefined where nothing was
 * @throws NOT_WRITABLE, DISK_FULL, PATH_UNSAFE, CHANGED_ON_DISK, APPLY_FAILED; APPLY_HALF where it could not be undone
 */
export function applyOverlay(root: string, steps: readonly OverlayStep[], disk: Disk = nodeDisk): string | undefined {
  const changes = steps.filter(({ action }) => action !== 'keep').map(({ change }) => change);
  const overwritten = steps.filter(({ action }) => action === 'overwrite').map(({ change }) => change.path);
  return applyChanges(root, changes, { disk, keep: new Set(overwritten) });
}
