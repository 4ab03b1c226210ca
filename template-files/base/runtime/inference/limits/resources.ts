import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** Where a container's limits are: in the files of its control groups. */

/** Reads a small file of the kernel; undefined where it is not there (other systems, other cgroup versions). */
export type ReadText = (path: string) => string | undefined;

/** The control group of this process and those above it, as paths below the root of cgroup v2. */
export function groupsV2(read: ReadText): string[] {
  return ancestors(/^0::(\/.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1] ?? '/');
}

/** The same of a controller of cgroup v1. */
export function groupsV1(read: ReadText, controller: 'cpu' | 'memory'): string[] {
  return ancestors(pathOf(controller, read('/proc/self/cgroup') ?? '') ?? '/');
}

/** The path of the group that a controller bounds: lines are `4:cpu,cpuacct:/path`. */
function pathOf(controller: string, groups: string): string | undefined {
  for (const line of groups.split('\n')) {
    const [, controllers = '', ...path] = line.split(':');
    if (controllers.split(',').includes(controller)) return path.join(':');
  }
  return undefined;
}

/** A limit may be set at any level: `/a/b` -> `/a/b`, `/a`, `` (the root, which is the container's own inside of one). */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter(Boolean);
  return Array.from({ length: parts.length + 1 }, (_, i) =>
    parts
      .slice(0, parts.length - i)
      .map((part) => `/${part}`)
      .join(''),
  );
}

export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

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

/** CPUs this process may use, a half one included. Node looks at the CPU set only; a container's quota stands in its cgroup. */
export function cpuLimit(read: ReadText = readKernelFile, parallelism: number = availableParallelism()): number {
  const quotas = [...quotasV2(read), ...quotasV1(read)].filter((quota) => quota > 0);
  return Math.min(parallelism, ...quotas);
}

/** Whole CPUs, at least one: what can be kept busy with threads. */
export function availableCpus(read?: ReadText, parallelism?: number): number {
  return Math.max(1, Math.floor(cpuLimit(read, parallelism)));
}

/** Workers for a number of CPUs, when each run takes some threads of its own. */
export function workersFor(cpus: number, intraOpThreads: number): number {
  return Math.max(1, Math.floor(cpus / intraOpThreads));
}

function quotasV2(read: ReadText): number[] {
  return groupsV2(read).flatMap((path) => {
    const [quota, period] = (read(`/sys/fs/cgroup${path}/cpu.max`) ?? '').trim().split(/\s+/);
    return quota && quota !== 'max' ? [Number(quota) / Number(period ?? 100_000)] : [];
  });
}

function quotasV1(read: ReadText): number[] {
  return groupsV1(read, 'cpu').flatMap((path) => {
    const quota = Number(read(`/sys/fs/cgroup/cpu${path}/cpu.cfs_quota_us`) ?? -1);
    const period = Number(read(`/sys/fs/cgroup/cpu${path}/cpu.cfs_period_us`) ?? 100_000);
    return quota > 0 ? [quota / period] : [];
  });
}
