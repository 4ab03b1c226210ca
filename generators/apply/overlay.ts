import { ServingError } from '../errors.ts';
import { applyChanges } from './apply.ts';
import type { WriteChange } from './change.ts';
import type { NewFile } from './create-directory.ts';
import type { Disk } from './disk.ts';
import { sha256 } from './hash.ts';
import { LOCAL_FOLDER, layoutOf, placeOf } from './layout.ts';
import { nodeDisk } from './node-disk.ts';
import { gitMode, observe } from './observe.ts';

/** Where the files that were overwritten can be found afterwards, relative to the repository. */
export const OVERWRITTEN_FOLDER = `${LOCAL_FOLDER}/backup`;

/**
 * Writes files into a directory that holds others: whole or not at all, and nothing else is touched. What was
 * overwritten is kept in the backup.
 * @returns the paths that were there before with other contents
 * @throws NOT_WRITABLE, DISK_FULL, PATH_UNSAFE, APPLY_FAILED
 */
export function overlay(root: string, files: readonly NewFile[], disk: Disk = nodeDisk): string[] {
  const layout = layoutOf(root);
  const changes = files.map(({ path, bytes, mode }): WriteChange => {
    const before = observe(disk, placeOf(layout, path));
    if (before !== 'absent' && typeof before === 'string') {
      throw new ServingError('PATH_UNSAFE', `${path} is a ${before} in ${root}, where the template has a file.`, {
        hint: 'Move it away, then run again.',
      });
    }
    return { kind: 'write', path, bytes, mode: gitMode(mode), before };
  });
  applyChanges(root, changes, { disk });
  return changes
    .filter(({ before, bytes }) => typeof before === 'object' && before.sha256 !== sha256(bytes))
    .map((change) => change.path);
}
