import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { callingManager, MANAGERS, type PackageManager } from './package-manager.ts';
import { findWorkspace, type Workspace } from './workspace.ts';

/** Where a repository is created: what it shares with others, and who installs it. */
export interface Surroundings {
  /** Undefined where the directory is no member of a workspace. */
  readonly workspace: Workspace | undefined;
  /** The top of the Git work tree that the directory is a part of; undefined where it is a repository of its own. */
  readonly workTree: string | undefined;
  /** The workspace's, else npm: the image and the pipeline install from package-lock.json. */
  readonly manager: PackageManager;
  /** The package manager that started this process, where it is another one. */
  readonly otherCaller: PackageManager | undefined;
}

/** Looks at the folders above a directory; starts nothing and changes nothing. */
export function surroundingsOf(directory: string, env: NodeJS.ProcessEnv = process.env): Surroundings {
  const workspace = findWorkspace(directory, env);
  const manager = workspace?.manager ?? MANAGERS.npm;
  const caller = callingManager(env);
  return {
    workspace,
    workTree: existsSync(join(directory, '.git')) ? undefined : workTreeAbove(directory),
    manager,
    otherCaller: caller && caller.command !== manager.command ? caller : undefined,
  };
}

/** Whether the dependencies are installed: here, or above in a workspace that shares them. */
export function isInstalled(directory: string): boolean {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', 'onnxruntime-node'))) return true;
    if (existsSync(join(at, '.pnp.cjs'))) return true;
    if (dirname(at) === at) return false;
  }
}

/** Whether the root of a workspace keeps install scripts from running, as the repository's own `.npmrc` does. */
export function guardsScripts({ root, manager }: Workspace): boolean {
  const [file, line] =
    manager.name === 'yarn-modern'
      ? (['.yarnrc.yml', /^enableScripts:\s*false\s*$/m] as const)
      : (['.npmrc', /^ignore-scripts\s*=\s*true\s*$/m] as const);
  return hasLine(join(root, file), line);
}

/** Whether a modern Yarn keeps packages in archives (Plug'n'Play), where neither TypeScript nor native libraries are found. */
export function isPlugAndPlay({ root, manager }: Workspace): boolean {
  const linker = /^nodeLinker:\s*["']?(node-modules|pnpm)["']?\s*$/m;
  return manager.name === 'yarn-modern' && !hasLine(join(root, '.yarnrc.yml'), linker);
}

function hasLine(path: string, line: RegExp): boolean {
  return existsSync(path) && line.test(readFileSync(path, 'utf8'));
}

function workTreeAbove(directory: string): string | undefined {
  for (let at = dirname(directory); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}
