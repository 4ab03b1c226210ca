import { sha256Of } from '../contents.ts';
import { ServingError } from '../errors.ts';
import { MANIFEST_PATH } from '../project/manifest.ts';
import { foldedPath, parentsOf } from '../project/path.ts';
import type { Before, Change } from './change.ts';
import { refuseCollisions } from './collisions.ts';
import type { Disk } from './disk.ts';
import type { Journal, Step } from './journal.ts';
import { type Layout, placeOf } from './layout.ts';
import { observe, sameState } from './observe.ts';

/** Kept free beyond what the plan itself needs, so that the disk is not filled to the last block. */
const SPARE_BYTES = 1024 * 1024;
const OWNER_MAY_WRITE = 0o200;

/** Deletions come first: they make room where a file becomes a folder, a folder a file, or only the case of a name changes. */
const RANK = { delete: 0, write: 1 } as const;

function inOrder(changes: readonly Change[]): Change[] {
  const rank = (change: Change) => (change.path === MANIFEST_PATH ? 2 : RANK[change.kind]);
  return changes.toSorted((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
}

function afterOf(change: Change): Before {
  return change.kind === 'delete' ? 'absent' : { sha256: sha256Of(change.bytes), mode: change.mode };
}

/** Whether everything in a folder goes away by this plan, so that a file can take its place. */
function vanishes(disk: Disk, layout: Layout, folder: string, deleted: ReadonlySet<string>): boolean {
  return disk.list(placeOf(layout, folder)).every((name) => {
    const path = `${folder}/${name}`;
    if (disk.entry(placeOf(layout, path))?.kind === 'folder') return vanishes(disk, layout, path, deleted);
    return deleted.has(path);
  });
}

/** On a file system without case a file to be written may appear to be there already: as the one this plan deletes. */
function isOldSpelling(path: string, deleted: ReadonlySet<string>): boolean {
  return !deleted.has(path) && [...deleted].some((other) => foldedPath(other) === foldedPath(path));
}

function checkState(disk: Disk, layout: Layout, change: Change, deleted: ReadonlySet<string>): void {
  const { path, before } = change;
  const found = observe(disk, placeOf(layout, path));
  if (before === 'absent' && typeof found === 'object' && isOldSpelling(path, deleted)) return;
  if (found === 'folder' && before === 'absent' && vanishes(disk, layout, path, deleted)) return;
  if (sameState(found, before)) return;
  const now = typeof found === 'string' ? found : 'a file with other contents';
  throw new ServingError('CHANGED_ON_DISK', `${path} is ${now}, not what it was when the plan was made.`);
}

/** Checks the way to a path and returns its innermost folder that exists. */
function checkWay(disk: Disk, layout: Layout, path: string, deleted: ReadonlySet<string>, device: number): string {
  let innermost = layout.root;
  for (const parent of parentsOf(path)) {
    const place = placeOf(layout, parent);
    const entry = disk.entry(place);
    if (entry === null || (entry.kind === 'file' && deleted.has(parent))) return innermost;
    if (entry.kind !== 'folder') {
      throw new ServingError('PATH_UNSAFE', `${path} leads through ${parent}, which is a ${entry.kind}.`, {
        hint: 'Replace it by a plain folder, then run again.',
      });
    }
    if (entry.device !== device) {
      throw new ServingError(
        'NOT_WRITABLE',
        `${parent} lies on another device, so ${path} cannot be replaced in one step.`,
        {
          hint: 'Unmount it, then run again.',
        },
      );
    }
    innermost = place;
  }
  return innermost;
}

function checkSpace(disk: Disk, layout: Layout, changes: readonly Change[], keep: ReadonlySet<string>): void {
  const incoming = changes.reduce((sum, change) => sum + (change.kind === 'write' ? change.bytes.length : 0), 0);
  const kept = changes.filter(({ path, before }) => keep.has(path) && before !== 'absent');
  const copies = kept.reduce((sum, { path }) => sum + (disk.entry(placeOf(layout, path))?.size ?? 0), 0);
  // What is replaced is backed up; it is seldom larger than what replaces it, and the spare covers the rest.
  const needed = 2 * incoming + copies + SPARE_BYTES;
  const free = disk.freeBytes(layout.root);
  if (free !== null && free < needed) {
    throw new ServingError('DISK_FULL', `The change needs ${needed} bytes on this disk and ${free} are free.`);
  }
}

function newFoldersOf(disk: Disk, layout: Layout, steps: readonly Step[]): string[] {
  const parents = new Set(steps.filter((step) => step.after !== 'absent').flatMap((step) => parentsOf(step.path)));
  return [...parents].filter((folder) => disk.entry(placeOf(layout, folder))?.kind !== 'folder').sort();
}

/** Looks at everything that could stop the plan half-way, while nothing has been touched, and returns what is to be done. */
export function preflight(
  disk: Disk,
  layout: Layout,
  changes: readonly Change[],
  { hold, keep }: { readonly hold: boolean; readonly keep: ReadonlySet<string> },
): Journal {
  refuseCollisions(changes);
  const deleted = new Set(changes.filter((change) => change.kind === 'delete').map((change) => change.path));
  const device = disk.entry(layout.root)?.device ?? 0;
  const folders = new Set<string>();
  const steps: Step[] = [];
  for (const change of inOrder(changes)) {
    folders.add(checkWay(disk, layout, change.path, deleted, device));
    checkState(disk, layout, change, deleted);
    const permissions = change.before === 'absent' ? null : (disk.entry(placeOf(layout, change.path))?.mode ?? null);
    if (permissions !== null && (permissions & OWNER_MAY_WRITE) === 0) {
      throw new ServingError('NOT_WRITABLE', `${change.path} is read-only.`);
    }
    const after = afterOf(change);
    if (!sameState(change.before, after)) steps.push({ path: change.path, before: change.before, permissions, after });
  }
  for (const folder of folders) {
    if (!disk.writable(folder)) throw new ServingError('NOT_WRITABLE', `The folder ${folder} may not be written to.`);
  }
  checkSpace(disk, layout, changes, keep);
  return { schema: 1, hold, steps, newFolders: newFoldersOf(disk, layout, steps) };
}
