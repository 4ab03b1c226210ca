import { ServingError } from '../../errors.ts';
import { command } from './command.ts';
import { outliving } from './outliving.ts';

/**
 * Installs the dependencies of a repository; npm shows its progress on standard error.
 * @throws INSTALL_FAILED; the repository stays as it is
 */
export async function installDependencies(directory: string): Promise<void> {
  const { exitCode, signal } = await outliving((detached) =>
    command('npm', ['install', '--no-audit', '--no-fund'], directory, ['ignore', 2, 2], { detached }),
  );
  if (exitCode === 0) return;
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${exitCode}`;
  throw new ServingError('INSTALL_FAILED', `npm install ${how} in ${directory}.`);
}
