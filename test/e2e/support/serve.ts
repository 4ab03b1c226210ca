import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { childEnv } from './run.ts';

export interface Serving {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it has logged so far. */
  log(): string;
  /** Ends it as an orchestrator does. @returns its exit code */
  stop(): Promise<number | null>;
}

/** What a failing test leaves running would keep Jest from ending, and CI waiting. */
const started = new Set<ChildProcess>();
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts `node dist/server.js` in a stamped-out repository and waits until it says that it is ready. */
export function serve(directory: string, env: NodeJS.ProcessEnv = {}, node = process.execPath): Promise<Serving> {
  return serveBy([node, 'dist/server.js'], directory, env);
}

/** Starts the service by a command of its own, and waits until it says that it is ready. */
export async function serveBy(
  [command, ...args]: readonly [string, ...string[]],
  directory: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Serving> {
  const port = await freePort();
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...childEnv(process.env), PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  // Kept from the start: a service that has ended already, by itself or killed, is stopped all the same.
  const ended = once(child, 'exit').then(([code]) => {
    started.delete(child);
    return code as number | null;
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += chunk;
    });
  }
  const serving: Serving = {
    url: `http://127.0.0.1:${port}`,
    child,
    log: () => log,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
  await untilReady(serving);
  return serving;
}

async function untilReady({ url, child, log }: Serving): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const ready = await fetch(`${url}/v2/health/ready`).catch(() => undefined);
    if (ready?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`The server did not become ready:\n${log()}`);
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

export async function post(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
