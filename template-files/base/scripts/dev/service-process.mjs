import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./serve.mjs', import.meta.url));
/** A restart does not wait for requests of the version before as long as a deployment does. */
const GRACE_MS = '1000';

/**
 * The service as a process of its own that can be started again.
 * @param {(code: number | null) => void} onEnd called when it ends by itself
 */
export function createServiceProcess(onEnd) {
  let child;

  return {
    start() {
      const started = spawn(process.execPath, [...process.execArgv, '--max-semi-space-size=8', ENTRY], {
        stdio: 'inherit',
        env: { SHUTDOWN_GRACE_MS: GRACE_MS, ...process.env },
      });
      child = started;
      started.on('exit', (code) => {
        if (child !== started) return;
        child = undefined;
        onEnd(code);
      });
    },
    /** Resolves when it has ended. */
    async stop() {
      const stopped = child;
      child = undefined;
      if (stopped === undefined) return;
      stopped.kill('SIGTERM');
      if (stopped.exitCode === null && stopped.signalCode === null) await once(stopped, 'exit');
    },
    kill: () => child?.kill('SIGKILL'),
  };
}
