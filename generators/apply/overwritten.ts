import { parentsOf } from '../project/path.ts';
import { backUp } from './back-up.ts';
import type { Disk } from './disk.ts';
import { ensureFolder, removeIfEmpty, removeTree } from './folders.ts';
import type { Journal } from './journal.ts';
import { type Layout, OVERWRITTEN_FOLDER, placeOf } from './layout.ts';
import { quietly } from './quietly.ts';

/** One more than the highest: a number that was used is not used again while a later one stands. */
function nextNumber(names: readonly string[]): number {
  return 1 + Math.max(0, ...names.filter((name) => /^\d{1,9}$/.test(name)).map(Number));
}

function copyInto(disk: Disk, layout: Layout, folder: string, path: string, hash: string): void {
  const parents = parentsOf(path).map((parent) => `${folder}/${parent}`);
  for (const parent of parents) ensureFolder(disk, placeOf(layout, parent));
  backUp(disk, layout, path, hash, placeOf(layout, `${folder}/${path}`));
  for (const parent of [folder, ...parents]) disk.sync(placeOf(layout, parent));
}

/**
 * Keeps copies of files that a plan replaces, under their own paths in a new folder, before any of them is touched.
 * @returns that folder, relative to the root; undefined where there is nothing to keep
 */
export function keepOverwritten(
  disk: Disk,
  layout: Layout,
  { steps }: Journal,
  keep: ReadonlySet<string>,
): string | undefined {
  const replaced = steps.flatMap(({ path, before }) => (keep.has(path) && before !== 'absent' ? { path, before } : []));
  if (replaced.length === 0) return undefined;
  ensureFolder(disk, layout.overwritten);
  const folder = `${OVERWRITTEN_FOLDER}/${nextNumber(disk.list(layout.overwritten))}`;
  try {
    disk.makeFolder(placeOf(layout, folder));
    for (const { path, before } of replaced) copyInto(disk, layout, folder, path, before.sha256);
    disk.sync(layout.overwritten);
  } catch (error) {
    quietly(() => dropOverwritten(disk, layout, folder));
    throw error;
  }
  return folder;
}

/** Removes the copies of a run that has changed nothing. */
export function dropOverwritten(disk: Disk, layout: Layout, folder: string): void {
  removeTree(disk, placeOf(layout, folder));
  removeIfEmpty(disk, layout.overwritten);
}
