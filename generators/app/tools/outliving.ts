import type { Result } from 'tinyexec';

/** How a child ended: one of the two. */
interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | null | undefined;
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts a child and waits for it through the signals that end this process, to say what is there and what is not. Ctrl-C
 * reaches the child by itself; the others are passed on, so that it does not go on alone. They are listened for before the
 * child is there: one that came between would end this process alone.
 */
export async function outliving(start: () => Result): Promise<Ended> {
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
