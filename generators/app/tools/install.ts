import { x } from 'tinyexec';
import { ServingError } from '../../errors.ts';

/**
 * Installs the dependencies of a repository; npm shows its progress on standard error.
 * @throws INSTALL_FAILED; the repository stays as it is
 */
export async function installDependencies(directory: string): Promise<void> {
  const child = x('npm', ['install', '--no-audit', '--no-fund'], {
    nodeOptions: { cwd: directory, stdio: ['ignore', 2, 2] },
  });
  const { exitCode } = await child;
  if (exitCode !== 0) {
    const how = child.process?.signalCode
      ? `was ended by ${child.process.signalCode}`
      : `failed with exit code ${exitCode}`;
    throw new ServingError('INSTALL_FAILED', `npm install ${how} in ${directory}.`);
  }
}
