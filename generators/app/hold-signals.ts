import { setImmediate as nextTurn } from 'node:timers/promises';

const HELD = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type HeldSignal = (typeof HELD)[number];

/**
 * Runs a synchronous write to its end (or to the end of its undoing), whatever asks the process to stop meanwhile.
 * @returns what came, if anything; the caller decides where to stop
 */
export async function holdSignals(write: () => void): Promise<HeldSignal | undefined> {
  let came: HeldSignal | undefined;
  const note = (signal: NodeJS.Signals) => {
    came ??= signal as HeldSignal;
  };
  for (const signal of HELD) process.on(signal, note);
  try {
    write();
  } finally {
    // Signals are told where the event loop polls; two turns have a poll between them.
    await nextTurn();
    await nextTurn();
    for (const signal of HELD) process.off(signal, note);
  }
  return came;
}
