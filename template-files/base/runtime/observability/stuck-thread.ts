import { Worker } from 'node:worker_threads';
import type { Shared } from './stuck-reporter.ts';

/** Longer names are cut. */
const MAX_BYTES = 256;

/** The main thread's side of stuck-reporter.ts. */
export interface StuckThread {
  /** To be called again and again as long as the event loop turns. */
  readonly beat: () => void;
  /** Notes what begins. */
  readonly began: (name: string, requestId: string) => void;
}

/** Starts the thread. It never keeps the process alive. @param path the compiled module */
export function startStuckThread(path: string, afterMs: number): StuckThread {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const ran = new Uint8Array(new SharedArrayBuffer(MAX_BYTES + 1));
  const encoder = new TextEncoder();
  const shared: Shared = { beats, ran, afterMs };
  new Worker(path, { workerData: shared }).unref();
  return {
    beat() {
      Atomics.add(beats, 0, 1);
      Atomics.notify(beats, 0);
    },
    began(name, requestId) {
      // encodeInto takes no shared memory.
      const bytes = encoder.encode(`${name}, request ${requestId}`).subarray(0, MAX_BYTES);
      ran.set(bytes);
      ran[bytes.length] = 0;
    },
  };
}
