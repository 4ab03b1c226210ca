import type { Output, Result } from 'tinyexec';
import { ServingError } from '../../errors.ts';
import { command } from './command.ts';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Installs the dependencies of a repository; npm shows its progress on standard error.
 * @throws INSTALL_FAILED; the repository stays as it is
 */
export async function installDependencies(directory: string): Promise<void> {
  const child = command('npm', ['install', '--no-audit', '--no-fund'], directory, ['ignore', 2, 2]);
  const { exitCode } = await outliving(child);
  if (exitCode === 0) return;
  const signal = child.process?.signalCode;
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${exitCode}`;
  throw new ServingError('INSTALL_FAILED', `npm install ${how} in ${directory}.`);
}

/**
 * Waits for a child through the signals that end this process, to say what is there and what is not. Ctrl-C reaches the
 * child by itself; the others are passed on, so that it does not go on alone.
 */
async function outliving(child: Result): Promise<Output> {
  const passOn = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT') child.kill(signal);
  };
  for (const signal of ENDING) process.on(signal, passOn);
  try {
    return await child;
  } finally {
    for (const signal of ENDING) process.off(signal, passOn);
  }
}
