import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { parse } from 'yaml';
import { isData } from '../../questions/data.ts';
import { callingManager, MANAGERS, managerOf, type PackageManager } from './package-manager.ts';

/** A workspace of a package manager that a directory is a member of. */
export interface Workspace {
  readonly root: string;
  readonly manager: PackageManager;
}

/**
 * The workspace whose patterns name a directory, the nearest first; undefined where it stands alone. The directory need not
 * exist yet.
 */
export function findWorkspace(directory: string, env: NodeJS.ProcessEnv = process.env): Workspace | undefined {
  for (let root = dirname(directory); ; root = dirname(root)) {
    const path = relative(root, directory).split(sep).join('/');
    const pnpm = patternsIn(readData(join(root, 'pnpm-workspace.yaml'))?.['packages']);
    if (isNamed(path, pnpm)) return { root, manager: MANAGERS.pnpm };
    const manifest = readData(join(root, 'package.json'));
    if (manifest && isNamed(path, workspacesOf(manifest))) return { root, manager: managerIn(root, manifest, env) };
    if (dirname(root) === root) return undefined;
  }
}

/** npm takes a list, Yarn also an object with it. */
function workspacesOf({ workspaces }: Readonly<Record<string, unknown>>): string[] {
  return patternsIn(isData(workspaces) ? workspaces['packages'] : workspaces);
}

function patternsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((pattern) => typeof pattern === 'string') : [];
}

function isNamed(path: string, patterns: readonly string[]): boolean {
  const plain = (pattern: string) => pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  const [excluded, included] = [true, false].map((isNegative) =>
    patterns
      .filter((pattern) => pattern.startsWith('!') === isNegative)
      .map((pattern) => plain(pattern.replace(/^!/, ''))),
  ) as [string[], string[]];
  const matches = (list: readonly string[]) => list.some((pattern) => picomatch.isMatch(path, pattern));
  return matches(included) && !matches(excluded);
}

/** What the workspace declares, else the lock file that is there, else the manager that started this process. */
function managerIn(root: string, { packageManager }: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv) {
  const declared = typeof packageManager === 'string' ? managerOf(packageManager) : undefined;
  if (declared) return declared;
  if (existsSync(join(root, '.yarnrc.yml'))) return MANAGERS['yarn-modern'];
  if (existsSync(join(root, 'yarn.lock'))) return yarnOf(join(root, 'yarn.lock'));
  if (existsSync(join(root, 'package-lock.json'))) return MANAGERS.npm;
  const calling = callingManager(env);
  // A list in package.json is none of pnpm's.
  return calling && calling.name !== 'pnpm' ? calling : MANAGERS.npm;
}

/** The lock file of the first release line begins with a comment of its own. */
function yarnOf(lock: string): PackageManager {
  return MANAGERS[readFileSync(lock, 'utf8').includes('__metadata:') ? 'yarn-modern' : 'yarn'];
}

/** JSON is YAML. What cannot be read names no members. */
function readData(file: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parse(readFileSync(file, 'utf8'), { logLevel: 'silent' });
    return isData(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
