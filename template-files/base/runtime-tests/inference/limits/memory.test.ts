import { memoryLimit } from '../../../runtime/inference/limits/resources.ts';

const files =
  (found: Record<string, string>) =>
  (path: string): string | undefined =>
    found[path];
const GIB = 2 ** 30;

test('the machine has the memory where no group has a limit', () => {
  expect(memoryLimit(files({}), 4 * GIB)).toBe(4 * GIB);
  expect(memoryLimit(files({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n' }), GIB)).toBe(GIB);
});

test('of cgroup v2 the lowest limit counts, of its own group or of one above', () => {
  const found = {
    '/proc/self/cgroup': '0::/pods/service\n',
    '/sys/fs/cgroup/pods/service/memory.max': 'max\n',
    '/sys/fs/cgroup/pods/memory.max': '536870912\n',
    '/sys/fs/cgroup/memory.max': '1073741824\n',
  };
  expect(memoryLimit(files(found), 4 * GIB)).toBe(GIB / 2);
});

test('of cgroup v1 likewise, where no limit is a number beyond any memory', () => {
  const found = {
    '/proc/self/cgroup': '5:cpu:/other\n4:memory:/docker/abc\n0::/\n',
    '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '268435456\n',
  };
  expect(memoryLimit(files(found), 4 * GIB)).toBe(GIB / 4);
});
