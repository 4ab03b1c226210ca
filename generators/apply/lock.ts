import { hostname } from 'node:os';
import { ServingError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { ensureFolder, removeIfEmpty } from './folders.ts';
import type { Layout } from './layout.ts';
import { isAlive } from './process-alive.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** A lock that is still empty after this long was left by a process that died between creating and filling it. */
const UNREADABLE_IS_STALE_MS = 5000;
/** Locks of this process; its own process id in a lock that is not here was left by a predecessor with the same id. */
const held = new Set<string>();

function readHolder(disk: Disk, lock: string): Holder | null {
  try {
    const holder = JSON.parse(Buffer.from(disk.read(lock)).toString('utf8')) as Partial<Holder> | null;
    const valid = Number.isInteger(holder?.pid) && typeof holder?.host === 'string' && typeof holder.since === 'string';
    return valid ? (holder as Holder) : null;
  } catch {
    return null;
  }
}

function isStale(disk: Disk, lock: string, holder: Holder | null): boolean {
  if (holder === null) {
    const entry = disk.entry(lock);
    return entry === null || Date.now() - entry.modifiedMs > UNREADABLE_IS_STALE_MS;
  }
  if (holder.host !== hostname()) return false;
  if (holder.pid === process.pid) return !held.has(lock);
  return !isAlive(holder.pid);
}

/** Takes a dead holder's lock away. Two runs may try at once: the one that finds it moved a living lock gives it back. */
function evict(disk: Disk, lock: string, expected: Holder | null): void {
  const aside = `${lock}.${process.pid}`;
  disk.rename(lock, aside);
  const moved = readHolder(disk, aside);
  if (JSON.stringify(moved) !== JSON.stringify(expected)) {
    disk.rename(aside, lock);
    return;
  }
  disk.unlink(aside);
}

function tryCreate(disk: Disk, lock: string): boolean {
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    disk.create(lock, Buffer.from(JSON.stringify(holder)), 0o666);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // A full disk leaves an empty file, which would hold everybody off for a while.
    if (disk.entry(lock) !== null) disk.unlink(lock);
    throw error;
  }
}

/** The folder hides itself from Git, so it works in repositories whose own ignore file knows nothing of it. */
function openLocalFolder(disk: Disk, layout: Layout): void {
  ensureFolder(disk, layout.record);
  ensureFolder(disk, layout.local);
  if (disk.entry(layout.ignoreFile) === null) disk.create(layout.ignoreFile, Buffer.from('*\n'), 0o666);
}

/** Best effort: what stays behind is harmless, and the result of the run counts more. */
function closeLocalFolder(disk: Disk, layout: Layout): void {
  try {
    if (disk.list(layout.local).join() === '.gitignore') disk.unlink(layout.ignoreFile);
    if (removeIfEmpty(disk, layout.local)) removeIfEmpty(disk, layout.record);
  } catch {}
}

function acquire(disk: Disk, layout: Layout): void {
  const { lock } = layout;
  if (tryCreate(disk, lock)) return;
  const holder = readHolder(disk, lock);
  if (isStale(disk, lock, holder)) {
    evict(disk, lock, holder);
    if (tryCreate(disk, lock)) return;
  }
  const who = holder === null ? 'Another run' : `Process ${holder.pid} on ${holder.host}, since ${holder.since},`;
  throw new ServingError('BUSY', `${who} is changing this repository (${lock}).`);
}

function release(disk: Disk, lock: string): void {
  try {
    disk.unlink(lock);
  } catch {
    // It is stale as soon as this process ends.
  }
}

/** Runs `work` while no other run may touch this repository. */
export function withLock<T>(disk: Disk, layout: Layout, work: () => T): T {
  try {
    openLocalFolder(disk, layout);
    acquire(disk, layout);
    held.add(layout.lock);
    try {
      return work();
    } finally {
      held.delete(layout.lock);
      release(disk, layout.lock);
    }
  } finally {
    closeLocalFolder(disk, layout);
  }
}
