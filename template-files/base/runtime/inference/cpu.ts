import { availableParallelism } from 'node:os';
import { groupsV1, groupsV2, type ReadText, readKernelFile } from './limits/cgroup.ts';

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
