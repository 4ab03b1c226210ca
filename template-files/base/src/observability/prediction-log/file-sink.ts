import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sink } from './line-buffer.ts';

export interface FileSinkOptions {
  readonly path: string;
  /** The file is put aside before it grows beyond this. */
  readonly maxBytes: number;
  /** Files that are kept, the current one among them: `path`, `path.1` (the one before), `path.2`… */
  readonly files: number;
}

/** A file that is put aside when it is full. After an error the file is opened anew: its disk may have been changed. */
export function createFileSink({ path, maxBytes, files }: FileSinkOptions): Sink {
  let handle: FileHandle | undefined;
  let size = 0;
  let broken = false;

  async function reopen(): Promise<FileHandle> {
    await mkdir(dirname(path), { recursive: true });
    const opened = await open(path, 'a', 0o600);
    handle = opened;
    size = (await opened.stat()).size;
    return opened;
  }

  async function current(more: number): Promise<FileHandle> {
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
    async write(text) {
      // A line may have been cut off when the disk was full: the next one begins on a line of its own.
      const whole = broken ? `\n${text}` : text;
      const bytes = Buffer.from(whole, 'utf8');
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

/** `path` becomes `path.1`, and each older file the next number; the last one goes. */
async function rotate(path: string, files: number): Promise<void> {
  for (let age = files - 1; age >= 1; age--) {
    const younger = age === 1 ? path : `${path}.${age - 1}`;
    await rename(younger, `${path}.${age}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  if (files === 1) await (await open(path, 'w', 0o600)).close();
}
