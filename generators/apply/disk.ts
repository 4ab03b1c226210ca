import type { FileContents } from '../contents.ts';

/* The few things the engine asks of a file system. Tests drive a fault into every call; nothing else touches the disk. */

export interface DiskEntry {
  readonly kind: 'file' | 'folder' | 'symlink' | 'other';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of a file. */
  readonly size: number;
  readonly device: number;
  readonly modifiedMs: number;
}

export interface Disk {
  /** What stands at a path, not following a symlink; null where there is nothing. */
  entry(path: string): DiskEntry | null;
  list(folder: string): string[];
  /** All bytes of a file that is known to be small; a file of the team's may be larger than memory. */
  read(path: string): Uint8Array;
  /** SHA-256 of a file in hex, whatever its size. */
  hash(path: string): string;
  /** Creates a file that must not exist. Its bytes have reached the device when this returns. */
  create(path: string, bytes: FileContents, mode: number): void;
  /** Creates a file with the bytes of another one, whatever its size, as `create` does. */
  copy(from: string, to: string, mode: number): void;
  chmod(path: string, mode: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  makeFolder(path: string): void;
  removeFolder(path: string): void;
  /** Makes names created, renamed or removed in a folder survive a loss of power. */
  sync(folder: string): void;
  /** Whether entries of the folder may be created and removed. */
  writable(folder: string): boolean;
  /** Bytes left for this user, or null where the system does not tell. */
  freeBytes(folder: string): number | null;
}
