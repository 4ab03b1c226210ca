/**
 * Callbacks for the end of something, called in the turn in which it comes. For what every request passes: a promise for each step of a
 * request would cost more than a small model's run.
 */
export interface Callbacks<T> {
  /** What it throws is given to `failed`: see `notify`. */
  readonly done: (value: T) => void;
  readonly failed: (error: unknown) => void;
}

/** Calls `done`. An error of the callback is the caller's own failure, and no other's. */
export function notify<T>(callbacks: Callbacks<T>, value: T): void {
  try {
    callbacks.done(value);
  } catch (error) {
    callbacks.failed(error);
  }
}

/** The same as a promise. */
export function promised<T>(start: (callbacks: Callbacks<T>) => void): Promise<T> {
  return new Promise((done, failed) => start({ done, failed }));
}
