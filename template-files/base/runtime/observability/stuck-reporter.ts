import { writeSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';

/*
 * A thread that says what runs while the main thread is blocked and can say nothing itself: a hook that never comes back would end in a
 * restart by the platform without a word. Started by stuck-thread.ts, and only where there is code of the team.
 */

/** What both threads share. */
export interface Shared {
  /** Counts the looks of the watchdog. */
  readonly beats: Int32Array<SharedArrayBuffer>;
  /** What began last, as UTF-8 up to a zero. */
  readonly ran: Uint8Array<SharedArrayBuffer>;
  /** Silence of the main thread that is reported. */
  readonly afterMs: number;
}

if (!isMainThread) watch(workerData as Shared);

function watch({ beats, ran, afterMs }: Shared): void {
  for (;;) {
    const seen = Atomics.load(beats, 0);
    if (Atomics.wait(beats, 0, seen, afterMs) !== 'timed-out') continue;
    report(ran, afterMs);
    // Once for a block: until the main thread is back.
    Atomics.wait(beats, 0, seen);
  }
}

function report(ran: Uint8Array, ms: number): void {
  const bytes = Buffer.from(ran);
  const text = bytes.toString('utf8', 0, bytes.indexOf(0));
  const msg = `the event loop has been blocked for ${ms} ms: no request is answered, and probes time out`;
  const line = { level: 50, time: new Date().toISOString(), ran: text || 'no code of src/', msg };
  try {
    writeSync(1, `${JSON.stringify(line)}\n`);
  } catch {
    // A pipe that is full takes nothing, and there is nothing else to say it with.
  }
}
