import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { ensureParents, pruneParents, refuseDetour, removeIfEmpty, syncWays } from './folders.ts';
import type { Journal, Step } from './journal.ts';
import { type Layout, placeOf } from './layout.ts';
import { observe, sameState } from './observe.ts';

function edited(path: string): ServingError {
  return new ServingError('CHANGED_ON_DISK', `${path} was changed while the plan was applied.`);
}

/** Deletes, or finds that an earlier run has: then the name is free, or a folder of the plan stands there by now. */
function forwardDelete(disk: Disk, layout: Layout, step: Step): void {
  const place = placeOf(layout, step.path);
  const found = observe(disk, place);
  if (sameState(found, step.before)) disk.unlink(place);
  else if (found !== 'absent' && found !== 'folder') throw edited(step.path);
  pruneParents(disk, layout, step.path);
}

/** Writes, or finds that an earlier run has. */
function forwardWrite(disk: Disk, layout: Layout, step: Step, index: number): void {
  const place = placeOf(layout, step.path);
  const found = observe(disk, place);
  if (sameState(found, step.after)) return;
  const free = found === 'absent' || (found === 'folder' && removeIfEmpty(disk, place));
  if (!free && !sameState(found, step.before)) throw edited(step.path);
  ensureParents(disk, layout, step.path);
  disk.rename(join(layout.incoming, `${index}`), place);
}

/** Does every step that is not done yet. The last one, the manifest, waits until all others are on the device. */
export function forward(disk: Disk, layout: Layout, { steps }: Journal): void {
  const paths = steps.map(({ path }) => path);
  const last = steps.length - 1;
  steps.forEach((step, index) => {
    if (index === last) syncWays(disk, layout, paths.slice(0, last));
    refuseDetour(disk, layout, step.path);
    if (step.after === 'absent') forwardDelete(disk, layout, step);
    else forwardWrite(disk, layout, step, index);
  });
  syncWays(disk, layout, paths.slice(last));
  if (disk.entry(layout.applied) === null) disk.create(layout.applied, new Uint8Array(), 0o666);
  disk.sync(layout.transaction);
}
