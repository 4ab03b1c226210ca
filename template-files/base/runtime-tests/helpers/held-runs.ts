import { BroadcastChannel } from 'node:worker_threads';
import { until } from './until.ts';

/** A row that the double of a worker is at until the test releases it. */
export const HELD = 701;

export interface HeldRuns {
  /** Resolves when the worker has begun so many of them. */
  begun(count?: number): Promise<void>;
  /** Lets the one that was begun first go on. */
  releaseFirst(): void;
  /** Lets all go on, also with those that it begins later. */
  release(): void;
  close(): void;
}

/** Listens to workers of fixtures/double-worker.mjs in this process. */
export function holdRuns(): HeldRuns {
  const channel = new BroadcastChannel('double-worker');
  const runs: Int32Array[] = [];
  let isReleased = false;
  const wake = (run: Int32Array): void => {
    Atomics.store(run, 0, 1);
    Atomics.notify(run, 0);
  };
  const release = (): void => {
    isReleased = true;
    for (const run of runs) wake(run);
  };
  channel.onmessage = (event) => {
    const run = new Int32Array((event as { data: SharedArrayBuffer }).data);
    runs.push(run);
    if (isReleased) wake(run);
  };
  return {
    begun: (count = 1) => until(() => runs.length >= count),
    releaseFirst() {
      const [first] = runs;
      if (first) wake(first);
    },
    release,
    close() {
      release();
      channel.close();
    },
  };
}
