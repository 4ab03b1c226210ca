import { ServingError } from '../../errors.ts';
import type { PackageManager } from '../surroundings/package-manager.ts';
import { surroundingsOf } from '../surroundings/surroundings.ts';
import { command } from './command.ts';
import { outliving } from './outliving.ts';

/**
 * Installs the dependencies of a repository; the package manager shows its progress on standard error. No install scripts
 * run: in a workspace the repository's own `.npmrc`, which forbids them, does not count.
 * @throws INSTALL_FAILED; the repository stays as it is
 */
export async function installDependencies(directory: string): Promise<void> {
  const { manager } = surroundingsOf(directory);
  const { exitCode, signal } = await runInstall(directory, manager);
  if (exitCode === 0) return;
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${exitCode}`;
  throw new ServingError('INSTALL_FAILED', `${manager.command} install ${how} in ${directory}.`);
}

/** Runs the installation to its end. */
export function runInstall(directory: string, { command: name, install, environment }: PackageManager) {
  return outliving((detached) => command(name, install, directory, ['ignore', 2, 2], { detached, environment }));
}
