import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ServingError } from '../errors.ts';
import { MANIFEST_PATH, RECORD_FOLDER } from '../project/manifest.ts';

/**
 * Finds the repository a person means; the folder itself, never one above it.
 * @throws NOT_STAMPED_OUT
 */
export function rootOf(directory: string): string {
  const root = resolve(directory);
  if (!existsSync(root)) throw new ServingError('NOT_STAMPED_OUT', `There is no directory ${root}.`);
  if (!existsSync(join(root, RECORD_FOLDER))) {
    for (let above = dirname(root); above !== dirname(above); above = dirname(above)) {
      if (!existsSync(join(above, MANIFEST_PATH))) continue;
      throw new ServingError('NOT_STAMPED_OUT', `${root} lies inside a stamped-out repository, it is not its root.`, {
        hint: `Run it in ${above}.`,
      });
    }
  }
  return realpathSync(root);
}
