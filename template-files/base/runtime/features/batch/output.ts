import { type FileHandle, open } from 'node:fs/promises';
import { ServiceError } from '../../errors.ts';

const BUFFER_CHARS = 64 * 1024;

/** A file of lines that grows: written in large pieces, cut back to where an interrupted run was sure of it. */
export interface LineFile {
  write(line: string): Promise<void>;
  /** Everything on disk; resolves to the file's size. */
  sync(): Promise<number>;
  close(): Promise<void>;
}

/** @param keep bytes of an earlier run that stay; what was there beyond them goes */
export async function openLines(path: string, keep: number): Promise<LineFile> {
  const file: FileHandle = await open(path, keep > 0 ? 'r+' : 'w');
  let size = keep;
  let waiting = '';
  const { size: found } = await file.stat();
  if (found < keep) {
    await file.close();
    const message = `--resume: ${path} has ${found} bytes, expected ${keep} or more. Run without --resume to begin anew.`;
    throw new ServiceError('INVALID_REQUEST', message);
  }
  await file.truncate(keep);

  async function flush(): Promise<void> {
    const bytes = Buffer.from(waiting);
    waiting = '';
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, size);
      done += bytesWritten;
      size += bytesWritten;
    }
  }

  return {
    async write(line) {
      waiting += `${line}\n`;
      if (waiting.length >= BUFFER_CHARS) await flush();
    },
    async sync() {
      await flush();
      await file.datasync();
      return size;
    },
    async close() {
      await file.close();
    },
  };
}
