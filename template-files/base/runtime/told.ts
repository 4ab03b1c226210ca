/**
 * Who is told of something's end, in the turn in which it comes. For what every request passes: a promise for each step on its
 * way would cost more than a small model's run.
 */
export interface Told<T> {
  /** What it throws is told to `failed`: see `tell`. */
  readonly done: (value: T) => void;
  readonly failed: (error: unknown) => void;
}

/** What the one who is told throws over it is its own failure, and nobody else's. */
export function tell<T>(told: Told<T>, value: T): void {
  try {
    told.done(value);
  } catch (error) {
    told.failed(error);
  }
}

/** The same as a promise. */
export function promised<T>(start: (told: Told<T>) => void): Promise<T> {
  return new Promise((done, failed) => start({ done, failed }));
}
