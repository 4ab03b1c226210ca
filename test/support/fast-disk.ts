import { closeSync, openSync } from 'node:fs';
import type { Disk } from '../../generators/apply/disk.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { type FileContents, fileContents, writeContents } from '../../generators/contents.ts';

function create(path: string, contents: FileContents, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeContents(file, contents);
  } finally {
    closeSync(file);
  }
}

/** The real disk, that does not wait for the device: a killed process loses nothing by it, only a loss of power would. */
export const fastDisk: Disk = {
  ...nodeDisk,
  create,
  copy: (from, to, mode) => create(to, fileContents(from), mode),
  sync() {},
};
