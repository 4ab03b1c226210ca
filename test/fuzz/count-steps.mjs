/**
 * Loaded into a service before its own code (node --import): counts how often blocks of that code are executed, as V8 does it for coverage.
 * The parent process asks for the count since it last asked. Work is counted because time depends on the machine and what else it does.
 */
import { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) {
  const session = new Session();
  session.connect();
  const ask = (method, params) => {
    let found;
    // In the same thread the answer comes before `post` returns.
    session.post(method, params, (error, result) => {
      if (error) throw error;
      found = result;
    });
    return found;
  };
  ask('Profiler.enable');
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  process.on('message', () => {
    let steps = 0;
    for (const { url, functions } of ask('Profiler.takePreciseCoverage').result) {
      if (!url.includes('/dist/') || url.includes('/node_modules/')) continue;
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
    }
    process.send?.({ steps });
  });
  // The service ends when it has nothing to do, whether its parent still listens or not.
  process.channel?.unref();
}
