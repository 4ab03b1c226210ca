import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServingError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { applyChanges } from './apply.ts';
import type { Before, WriteChange } from './change.ts';
import type { NewFile } from './create-directory.ts';
import type { Disk } from './disk.ts';
import { LOCAL_FOLDER, layoutOf, placeOf } from './layout.ts';
import { nodeDisk } from './node-disk.ts';
import { gitMode, observe } from './observe.ts';

/** Where the files that were overwritten are kept under their own paths, a folder a run; relative to the repository. */
const OVERWRITTEN_FOLDER = `${LOCAL_FOLDER}/overwritten`;

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

function actionFor(before: Before, bytes: Uint8Array, owner: string): OverlayAction {
  if (before === 'absent') return 'create';
  if (before.sha256 === sha256(bytes)) return 'same';
  return owner === 'seeded' ? 'keep' : 'overwrite';
}

/**
 * Does what was planned: whole or not at all, and nothing else is touched.
 * @returns the folder, relative to the root, where what was overwritten is kept; undefined where nothing was
 * @throws NOT_WRITABLE, DISK_FULL, PATH_UNSAFE, CHANGED_ON_DISK, APPLY_FAILED
 */
export function applyOverlay(root: string, steps: readonly OverlayStep[], disk: Disk = nodeDisk): string | undefined {
  const layout = layoutOf(root);
  const kept = steps
    .filter(({ action }) => action === 'overwrite')
    .map(({ change: { path } }) => ({ path, bytes: disk.read(placeOf(layout, path)) }));
  const changes = steps.filter(({ action }) => action !== 'keep').map(({ change }) => change);
  applyChanges(root, changes, { disk });
  return kept.length === 0 ? undefined : keep(root, kept);
}

/** Each run keeps its own: the next one must not take the place of what this one saved. */
function keep(root: string, files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): string {
  mkdirSync(join(root, OVERWRITTEN_FOLDER), { recursive: true });
  const folder = `${OVERWRITTEN_FOLDER}/${readdirSync(join(root, OVERWRITTEN_FOLDER)).length + 1}`;
  for (const { path, bytes } of files) {
    const place = join(root, folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, bytes);
  }
  return folder;
}
