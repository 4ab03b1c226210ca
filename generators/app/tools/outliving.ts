import type { Result } from 'tinyexec';

/** How a child ended: one of the two. */
interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | null | undefined;
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Windows has no groups of processes, and no signals to pass on to them. */
const GROUPS = process.platform !== 'win32';

/**
 * Starts a child and waits for it through the signals that end this process, to say what is there and what is not, and to
 * put back what has to be. They are passed on to all that the child has started: npm ends without asking what its scripts
 * have left running. They are listened for before the child is there: one that came between would end this process alone.
 * @param start starts it, as the first of a group of its own where it is told so; then Ctrl-C reaches it by us alone
 */
export async function outliving(start: (detached: boolean) => Result): Promise<Ended> {
  let child: Result | undefined;
  const passOn = (signal: NodeJS.Signals) => {
    if (GROUPS && child?.pid) signalGroup(child.pid, signal);
  };
  for (const signal of ENDING) process.on(signal, passOn);
  try {
    child = start(GROUPS);
    const { exitCode } = await child;
    return { exitCode, signal: child.process?.signalCode };
  } finally {
    for (const signal of ENDING) process.off(signal, passOn);
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // All of it has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
