import { totalmem } from 'node:os';
import { groupsV1, groupsV2, type ReadText, readKernelFile } from './cgroup.ts';

/** Bytes of memory that this process may use: the lowest limit of its control groups, or else the machine's memory. */
export function memoryLimit(read: ReadText = readKernelFile, total: number = totalmem()): number {
  const files = [
    ...groupsV2(read).map((path) => `/sys/fs/cgroup${path}/memory.max`),
    ...groupsV1(read, 'memory').map((path) => `/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`),
  ];
  // Without a limit, v2 says "max" and v1 a number beyond any memory.
  const limits = files.map((file) => Number(read(file) ?? Number.NaN)).filter((limit) => limit > 0);
  return Math.min(total, ...limits);
}
