import { availableCpus, workersFor } from '../../runtime/inference/limits/resources.ts';

const reading = (files: Record<string, string>) => (path: string) => files[path];

test.each<[string, Record<string, string>, number]>([
  ['no cgroup', {}, 8],
  ['no limit', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 8],
  ['a quota of two CPUs', { '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
  ['half a CPU', { '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
  [
    'a limit of a parent',
    {
      '/proc/self/cgroup': '0::/a/b\n',
      '/sys/fs/cgroup/a/cpu.max': '300000 100000',
      '/sys/fs/cgroup/a/b/cpu.max': 'max 100000',
    },
    3,
  ],
  [
    'cgroup version 1',
    {
      '/proc/self/cgroup': '4:cpu,cpuacct:/docker/x\n',
      '/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us': '400000',
      '/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us': '100000',
    },
    4,
  ],
  ['version 1 without a limit', { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1' }, 8],
  ['nonsense', { '/sys/fs/cgroup/cpu.max': 'what ever' }, 8],
])('%s', (_, files, expected) => {
  expect(availableCpus(reading(files), 8)).toBe(expected);
});

test('runs of several threads need fewer workers', () => {
  expect(workersFor(8, 1)).toBe(8);
  expect(workersFor(8, 3)).toBe(2);
  expect(workersFor(1, 4)).toBe(1);
});
