import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Tell } from '../app/job.ts';
import type { PackageManager } from '../app/surroundings/package-manager.ts';
import { isInstalled, surroundingsOf } from '../app/surroundings/surroundings.ts';
import { command } from '../app/tools/command.ts';
import { runInstall } from '../app/tools/install.ts';
import { outliving } from '../app/tools/outliving.ts';

/** Runs the tests; what they print goes to standard error. Ended by a signal they have failed, and what follows can put all back. */
async function test(root: string, manager: PackageManager): Promise<boolean> {
  const { exitCode } = await outliving((detached) =>
    command(manager.command, ['test'], root, ['ignore', 2, 2], { detached }),
  );
  return exitCode === 0;
}

/** Installs what package.json and the lock file ask for, without install scripts. @returns whether that succeeded */
export async function install(root: string, tell: Tell): Promise<boolean> {
  const { manager } = surroundingsOf(root);
  tell(`Installing dependencies with ${manager.command}`);
  return (await runInstall(root, manager)).exitCode === 0;
}

/**
 * Installs and runs the repository's own tests.
 * @returns null where they pass, else the command that failed
 */
export async function verifyRepository(root: string, reinstall: boolean, tell: Tell): Promise<string | null> {
  const { manager } = surroundingsOf(root);
  // Its own folder counts whatever is in it; in a workspace the packages may be above.
  const hasPackages = existsSync(join(root, 'node_modules')) || isInstalled(root);
  if ((reinstall || !hasPackages) && !(await install(root, tell))) return `${manager.command} install`;
  tell('Running the tests of the repository');
  return (await test(root, manager)) ? null : `${manager.command} test`;
}
