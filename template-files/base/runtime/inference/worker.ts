/**
 * Runs in a worker thread: one session, one run at a time. The runtime blocks the thread it is called on, which is why it
 * is called here, and elsewhere only where a run is shorter than the way to here (executor.ts).
 */
import { parentPort, workerData } from 'node:worker_threads';
import './float16.ts';
import './runtime-environment.ts';
import type { FromWorker, SessionOptions, ToWorker } from './messages.ts';
import { messageOf, openSession } from './session.ts';

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

/** Every run has one answer: the main thread knows by their order whose it is. */
function fail(error: unknown): void {
  say({ kind: 'failed', message: messageOf(error) });
}

try {
  const session = await openSession(workerData as SessionOptions);
  // One after the other: a run that waits here begins when the one before has been told of.
  let last = Promise.resolve();
  parentPort?.on('messageerror', (error) => {
    last = last.then(() => fail(error));
  });
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'run') {
      last = last
        .then(() => session.run(message))
        .then(say)
        .catch(fail);
    } else {
      // In a worker this ends the thread alone, even where a module of NODE_OPTIONS has started a timer in it.
      void last.then(() => session.release()).finally(() => process.exit());
    }
  });
  say(session.loaded);
} catch (error) {
  say({ kind: 'refused', message: messageOf(error) });
  parentPort?.close();
}
