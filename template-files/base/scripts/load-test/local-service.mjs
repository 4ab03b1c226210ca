import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 60_000;

/** Starts the compiled service of this repository on a free port. @returns its URL and how to stop it */
export async function startService() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['dist/server.js'], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ACCESS_LOG: 'errors' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  const end = Date.now() + READY_WITHIN_MS;
  while (child.exitCode === null && Date.now() < end) {
    const ready = await fetch(`${url}/v2/health/ready`).catch(() => undefined);
    if (ready?.ok) return { url, stop };
    await sleep(50);
  }
  await stop();
  throw new Error('the service did not become ready; npm start shows why');
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
