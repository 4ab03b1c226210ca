import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Tell } from '../app/job.ts';
import { command } from '../app/tools/command.ts';
import { outliving } from '../app/tools/outliving.ts';

/** Runs one npm command; what it prints goes to standard error. Ended by a signal it has failed, and what follows can put all back. */
async function npm(root: string, args: readonly string[]): Promise<boolean> {
  const { exitCode } = await outliving((detached) => command('npm', args, root, ['ignore', 2, 2], { detached }));
  return exitCode === 0;
}

/** Installs what package.json and the lock file ask for. @returns whether npm succeeded */
export async function install(root: string, tell: Tell): Promise<boolean> {
  tell('Installing dependencies with npm');
  return npm(root, ['install', '--no-audit', '--no-fund']);
}

/**
 * Installs and runs the repository's own tests.
 * @returns null where they pass, else the command that failed
 */
export async function verifyRepository(root: string, reinstall: boolean, tell: Tell): Promise<string | null> {
  if ((reinstall || !existsSync(join(root, 'node_modules'))) && !(await install(root, tell))) return 'npm install';
  tell('Running the tests of the repository');
  return (await npm(root, ['test'])) ? null : 'npm test';
}
