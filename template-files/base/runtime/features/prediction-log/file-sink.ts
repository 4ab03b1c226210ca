import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sink } from './line-buffer.ts';

export interface FileSinkOptions {
  readonly path: string;
  /** The file is rotated before it grows beyond this. */
  readonly maxBytes: number;
  /** Files that are kept, the current one among them: `path`, `path.1` (the one before), `path.2`… */
  readonly files: number;
}

/** How often the file's presence is checked: another program may have removed or renamed it. */
const LOOK_MS = 1000;

/** A file that is rotated when it is full. After an error it is opened again: its disk may have been replaced. */
export function createFileSink({ path, maxBytes, files }: FileSinkOptions): Sink {
  let handle: FileHandle | undefined;
  let size = 0;
  let inode = 0;
  let lookedAt = 0;
  let broken = false;

  async function reopen(): Promise<FileHandle> {
    await mkdir(dirname(path), { recursive: true });
    const opened = await open(path, 'a', 0o600);
    handle = opened;
    ({ size, ino: inode } = await opened.stat());
    lookedAt = performance.now();
    return opened;
  }

  /** What is written to a file that has been removed is lost, and would be counted as written. */
  async function isInPlace(): Promise<boolean> {
    if (performance.now() - lookedAt < LOOK_MS) return true;
    lookedAt = performance.now();
    return (await stat(path).catch(() => undefined))?.ino === inode;
  }

  async function current(more: number): Promise<FileHandle> {
    if (handle && !(await isInPlace())) await close();
    const file = handle ?? (await reopen());
    if (size === 0 || size + more <= maxBytes) return file;
    await close();
    await rotate(path, files);
    return reopen();
  }

  async function close(): Promise<void> {
    const closing = handle;
    handle = undefined;
    await closing?.close();
  }

  return {
    async write(lines) {
      // A line may have been cut off when the disk was full: the next one begins on a line of its own.
      const bytes = broken ? Buffer.concat([Buffer.from('\n'), lines]) : lines;
      try {
        const file = await current(bytes.length);
        await file.writeFile(bytes);
        size += bytes.length;
        broken = false;
      } catch (error) {
        broken = true;
        await close().catch(() => {});
        throw error;
      }
    },
    close,
  };
}

/**
 * `path` becomes `path.1`, and each older file the next number; the last one goes. It goes first: where a file takes the place of
 * another one, ext4 has it written to the disk before the call returns.
 */
async function rotate(path: string, files: number): Promise<void> {
  if (files === 1) {
    // Emptied, for whoever reads it on; and it may be a pipe or a device.
    await (await open(path, 'w', 0o600)).close();
    return;
  }
  const aged = (age: number) => (age === 0 ? path : `${path}.${age}`);
  await rm(aged(files - 1), { force: true });
  for (let age = files - 1; age >= 1; age--) {
    await rename(aged(age - 1), aged(age)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
