import type { Result } from 'tinyexec';
import { ServingError } from '../../errors.ts';
import { command } from './command.ts';

/** How a child ended: one of the two. */
interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | null | undefined;
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Installs the dependencies of a repository; npm shows its progress on standard error.
 * @throws INSTALL_FAILED; the repository stays as it is
 */
export async function installDependencies(directory: string): Promise<void> {
  const { exitCode, signal } = await outliving(() =>
    command('npm', ['install', '--no-audit', '--no-fund'], directory, ['ignore', 2, 2]),
  );
  if (exitCode === 0) return;
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${exitCode}`;
  throw new ServingError('INSTALL_FAILED', `npm install ${how} in ${directory}.`);
}

/**
 * Starts a child and waits for it through the signals that end this process, to say what is there and what is not. Ctrl-C
 * reaches the child by itself; the others are passed on, so that it does not go on alone. They are listened for before the
 * child is there: one that came between would end this process alone.
 */
async function outliving(start: () => Result): Promise<Ended> {
  let child: Result | undefined;
  const passOn = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT') child?.kill(signal);
  };
  for (const signal of ENDING) process.on(signal, passOn);
  try {
    child = start();
    const { exitCode } = await child;
    return { exitCode, signal: child.process?.signalCode };
  } finally {
    for (const signal of ENDING) process.off(signal, passOn);
  }
}
