import { ServingError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { refuseDetour } from './folders.ts';
import { type Layout, placeOf } from './layout.ts';

/** Copies what stands at a path, provided that it still is what the plan was made for. */
export function backUp(disk: Disk, layout: Layout, path: string, hash: string, place: string): void {
  refuseDetour(disk, layout, path);
  disk.copy(placeOf(layout, path), place, 0o666);
  if (disk.hash(place) === hash) return;
  throw new ServingError('CHANGED_ON_DISK', `${path} was changed while it was backed up.`);
}
