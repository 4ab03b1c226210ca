/** SIGTERM or SIGINT, whenever it comes: before or after there is something to stop. */
export interface StopSignal {
  /** Whether one has been received. */
  received(): boolean;
  /** Calls back once, at once where a signal has been received already. There is one callback. */
  onStop(callback: (signal: string) => void): void;
}

/**
 * Both signals are handled from the import of this module on: process 1 of a container ignores a signal that it has no handler for.
 * dist/server.js imports it before all else.
 */
export const stopSignal: StopSignal = listenForStop();

/** Further signals change nothing. */
function listenForStop(): StopSignal {
  let first: string | undefined;
  let stop: ((signal: string) => void) | undefined;
  const receive = (signal: string): void => {
    if (first !== undefined) return;
    first = signal;
    stop?.(signal);
  };
  process.on('SIGTERM', receive);
  process.on('SIGINT', receive);
  return {
    received: () => first !== undefined,
    onStop(callback) {
      stop = callback;
      if (first !== undefined) callback(first);
    },
  };
}
