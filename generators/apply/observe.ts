import type { Mode } from '../tree.ts';
import type { Before } from './change.ts';
import type { Disk } from './disk.ts';

const WINDOWS = process.platform === 'win32';

/** A regular file, nothing, or something the engine never writes over. */
export type Observation = Before | 'folder' | 'symlink' | 'other';

/** Permission bits reduced to the two modes Git knows. */
export function gitMode(permissions: number): Mode {
  return permissions & 0o100 ? 0o755 : 0o644;
}

/** What stands at an absolute path now. */
export function observe(disk: Disk, place: string): Observation {
  const entry = disk.entry(place);
  if (entry === null) return 'absent';
  if (entry.kind !== 'file') return entry.kind;
  return { sha256: disk.hash(place), mode: gitMode(entry.mode) };
}

/** Whether two observations are the same state. Windows has no run bit, so it cannot differ there. */
export function sameState(a: Observation, b: Observation): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.sha256 === b.sha256 && (WINDOWS || a.mode === b.mode);
}
