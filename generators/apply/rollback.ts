import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import { foldedPath, parentsOf } from '../project/path.ts';
import type { Disk } from './disk.ts';
import { ensureFolder, ensureParents, refuseDetour, removeIfEmpty, syncWays } from './folders.ts';
import type { Journal, Step } from './journal.ts';
import { type Layout, placeOf } from './layout.ts';
import { observe, sameState } from './observe.ts';

/** Keeps what somebody wrote after the interrupted run; the first free name is taken, nothing is overwritten. */
function rescue(disk: Disk, layout: Layout, path: string): void {
  ensureFolder(disk, layout.rescued);
  const from = placeOf(layout, path);
  const name = path.replaceAll('/', '__');
  for (let number = 0; ; number++) {
    const place = join(layout.rescued, number === 0 ? name : `${name}.${number}`);
    const entry = disk.entry(place);
    if (entry?.kind === 'file' && disk.hash(place) === disk.hash(from)) return;
    if (entry !== null) continue;
    disk.copy(from, place, 0o666);
    for (const folder of [layout.rescued, layout.local]) disk.sync(folder);
    return;
  }
}

/** Where case is ignored, a file renamed to another case is seen under both of its names. */
function isSamePlace(a: Step, b: Step): boolean {
  return foldedPath(a.path) === foldedPath(b.path);
}

/** Whether undoing leaves nothing in a folder: only files and folders of the plan itself lie in it. */
function empties(disk: Disk, layout: Layout, folder: string, own: ReadonlySet<string>): boolean {
  return disk.list(placeOf(layout, folder)).every((name) => {
    const path = `${folder}/${name}`;
    if (!own.has(path)) return false;
    return disk.entry(placeOf(layout, path))?.kind !== 'folder' || empties(disk, layout, path, own);
  });
}

/** Looks for what undoing would stumble over half-way, while nothing has been touched by it. */
export function refuseBlockedWay(disk: Disk, layout: Layout, { steps, newFolders }: Journal): void {
  const own = new Set([...steps.filter(({ before }) => before === 'absent').map(({ path }) => path), ...newFolders]);
  for (const { path, before } of steps) {
    refuseDetour(disk, layout, path);
    const kind = disk.entry(placeOf(layout, path))?.kind;
    if (kind === 'symlink' || kind === 'other') throw inTheWay(path, kind);
    if (before === 'absent') continue;
    if (kind === 'folder' && !empties(disk, layout, path, own)) throw inTheWay(path, kind);
    const file = parentsOf(path).find((parent) => disk.entry(placeOf(layout, parent))?.kind === 'file');
    if (file !== undefined && !own.has(file)) throw inTheWay(file, 'file');
  }
}

function inTheWay(path: string, kind: string): ServingError {
  return new ServingError('CHANGED_ON_DISK', `${path} has become a ${kind}; remove it to go on.`, {
    hint: `Move ${path} away, then run create-ml-serving regenerate --abort again.`,
  });
}

/** Clears the place of a step that is not as it was before; contents that are neither old nor new are kept aside. */
function clear(disk: Disk, layout: Layout, step: Step, steps: readonly Step[]): boolean {
  const place = placeOf(layout, step.path);
  refuseDetour(disk, layout, step.path);
  const found = observe(disk, place);
  if (sameState(found, step.before) || found === 'folder') return false;
  if (found === 'symlink' || found === 'other') throw inTheWay(step.path, found);
  if (found === 'absent') return false;
  const rescued = !steps.some((other) => isSamePlace(other, step) && sameState(found, other.after));
  if (rescued) rescue(disk, layout, step.path);
  // A file that is to be restored is replaced in one rename below; only what was not there goes away here.
  if (step.before === 'absent') disk.unlink(place);
  return rescued;
}

function restore(disk: Disk, layout: Layout, step: Step, index: number): void {
  const place = placeOf(layout, step.path);
  if (step.before === 'absent' || isRestored(disk, place, step)) return;
  const backup = join(layout.outgoing, `${index}`);
  if (disk.hash(backup) !== step.before.sha256) {
    throw new ServingError('JOURNAL_DAMAGED', `The backup of ${step.path} was changed.`);
  }
  const draft = join(layout.transaction, 'draft');
  if (disk.entry(draft) !== null) disk.unlink(draft);
  disk.copy(backup, draft, 0o666);
  if (step.permissions !== null) disk.chmod(draft, step.permissions);
  ensureParents(disk, layout, step.path);
  if (disk.entry(place)?.kind === 'folder') removeIfEmpty(disk, place);
  disk.rename(draft, place);
}

function isRestored(disk: Disk, place: string, step: Step): boolean {
  return sameState(observe(disk, place), step.before) && disk.entry(place)?.mode === step.permissions;
}

/**
 * Puts every file back as the journal says it was, and returns the paths whose later edits were kept aside.
 * Once begun there is no way forward any more: new contents already in place are replaced.
 */
export function rollback(disk: Disk, layout: Layout, journal: Journal): string[] {
  const { steps, newFolders } = journal;
  refuseBlockedWay(disk, layout, journal);
  if (disk.entry(layout.aborting) === null) disk.create(layout.aborting, new Uint8Array(), 0o666);
  disk.sync(layout.transaction);
  const rescued = steps.filter((step) => clear(disk, layout, step, steps)).map((step) => step.path);
  for (const folder of newFolders.toReversed()) removeIfEmpty(disk, placeOf(layout, folder));
  steps.forEach((step, index) => {
    restore(disk, layout, step, index);
  });
  syncWays(
    disk,
    layout,
    steps.map(({ path }) => path),
  );
  return rescued;
}
