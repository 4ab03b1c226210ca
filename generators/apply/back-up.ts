import { ServingError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import type { Disk } from './disk.ts';
import { refuseDetour } from './folders.ts';
import { type Layout, placeOf } from './layout.ts';

/** Copies what stands at a path, provided that it still is what the plan was made for. */
export function backUp(disk: Disk, layout: Layout, path: string, hash: string, place: string): void {
  refuseDetour(disk, layout, path);
  const bytes = disk.read(placeOf(layout, path));
  if (sha256(bytes) !== hash) throw new ServingError('CHANGED_ON_DISK', `${path} was changed while it was backed up.`);
  disk.create(place, bytes, 0o666);
}
