import { readFileSync } from 'node:fs';

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
