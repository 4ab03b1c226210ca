import { dirname, join } from 'node:path';
import { ServingError } from '../errors.ts';
import { parentsOf } from '../project/path.ts';
import type { Disk } from './disk.ts';
import { type Layout, placeOf } from './layout.ts';

/**
 * Makes a folder where there is none; what else stands there is refused. Its name lasts before anything is moved into it:
 * a loss of power that took the folder would take the only copy along.
 */
export function ensureFolder(disk: Disk, place: string): void {
  const entry = disk.entry(place);
  if (entry === null) {
    disk.makeFolder(place);
    disk.sync(dirname(place));
  } else if (entry.kind !== 'folder') {
    throw new ServingError('CHANGED_ON_DISK', `${place} is a ${entry.kind} where a folder is needed.`, {
      hint: 'Move it away, then run again.',
    });
  }
}

/** Makes the folders above a path. Checked at every step: a symlink slipped in would lead the write elsewhere. */
export function ensureParents(disk: Disk, layout: Layout, path: string): void {
  for (const parent of parentsOf(path)) ensureFolder(disk, placeOf(layout, parent));
}

/** Refuses a path one of whose parents has become a symlink. Where a parent is a file, the path itself is absent. */
export function refuseDetour(disk: Disk, layout: Layout, path: string): void {
  for (const parent of parentsOf(path)) {
    const kind = disk.entry(placeOf(layout, parent))?.kind;
    if (kind === undefined || kind === 'file') return;
    if (kind !== 'folder') {
      throw new ServingError('CHANGED_ON_DISK', `${parent}, on the way to ${path}, has become a ${kind}.`);
    }
  }
}

/** Removes a folder if nothing is left in it, and says whether it is gone. */
export function removeIfEmpty(disk: Disk, place: string): boolean {
  const entry = disk.entry(place);
  if (entry === null) return true;
  if (entry.kind !== 'folder' || disk.list(place).length > 0) return false;
  disk.removeFolder(place);
  return true;
}

/** Removes the folders above a path that have become empty, innermost first. */
export function pruneParents(disk: Disk, layout: Layout, path: string): void {
  for (const parent of parentsOf(path).reverse()) {
    if (!removeIfEmpty(disk, placeOf(layout, parent))) return;
  }
}

/**
 * Makes names survive a loss of power: those of the paths, and of the folders above them that were made or removed.
 * Outermost first: a name in a folder whose own name is lost is lost with it.
 */
export function syncWays(disk: Disk, layout: Layout, paths: readonly string[]): void {
  const folders = new Set(paths.flatMap((path) => parentsOf(path)).map((folder) => placeOf(layout, folder)));
  for (const folder of [layout.root, ...folders]) if (disk.entry(folder)?.kind === 'folder') disk.sync(folder);
}

/** Removes a tree of the engine's own files without following symlinks. */
export function removeTree(disk: Disk, place: string): void {
  const entry = disk.entry(place);
  if (entry === null) return;
  if (entry.kind !== 'folder') {
    disk.unlink(place);
    return;
  }
  for (const name of disk.list(place)) removeTree(disk, join(place, name));
  disk.removeFolder(place);
}
