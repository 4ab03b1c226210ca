import { ServingError } from '../../errors.ts';
import { command } from './command.ts';

/**
 * Installs the dependencies of a repository; npm shows its progress on standard error.
 * @throws INSTALL_FAILED; the repository stays as it is
 */
export async function installDependencies(directory: string): Promise<void> {
  const child = command('npm', ['install', '--no-audit', '--no-fund'], directory, ['ignore', 2, 2]);
  const { exitCode } = await outliving('SIGINT', child);
  if (exitCode === 0) return;
  const signal = child.process?.signalCode;
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${exitCode}`;
  throw new ServingError('INSTALL_FAILED', `npm install ${how} in ${directory}.`);
}

/** Ctrl-C reaches the child too. This process outlives it, to say what is there and what is not. */
async function outliving<T>(signal: NodeJS.Signals, child: PromiseLike<T>): Promise<T> {
  const ignore = () => {};
  process.on(signal, ignore);
  try {
    return await child;
  } finally {
    process.off(signal, ignore);
  }
}
