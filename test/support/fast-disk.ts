import { writeFileSync } from 'node:fs';
import type { Disk } from '../../generators/apply/disk.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';

/** The real disk, that does not wait for the device: a killed process loses nothing by it, only a loss of power would. */
export const fastDisk: Disk = {
  ...nodeDisk,
  create: (path, bytes, mode) => writeFileSync(path, bytes, { flag: 'wx', mode }),
  sync() {},
};
