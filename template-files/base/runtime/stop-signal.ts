/** SIGTERM or SIGINT, whenever it comes: before or after there is something to stop. */
export interface StopSignal {
  /** Whether one has been received. */
  received(): boolean;
  /** Calls back once, at once where a signal has been received already. There is one callback. */
  onStop(callback: (signal: string) => void): void;
}

/** Handles both signals from now on; further ones change nothing. */
export function listenForStop(): StopSignal {
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
