import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cpuSeconds } from './process.mjs';

/**
 * The load comes from wrk (Debian: apt-get install wrk): a client in JavaScript would need more of its core than a small
 * model needs of the server's, and the benchmark would measure the client.
 */

const execute = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('load.lua', import.meta.url));

/** Writes a request where wrk's script reads it. */
export function writeRequest(folder, { headers, body }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'body'), body);
  writeFileSync(
    join(folder, 'headers'),
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
}

/** Keep-alive connections that each send a request as soon as the one before is answered. Any other answer than 200 is an error. */
export async function load(server, path, requestFolder, { connections, seconds, core }) {
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', SCRIPT, `${server.url}${path}`];
  const before = cpuSeconds(server.pid);
  const { stdout } = await execute('taskset', ['-c', String(core), ...command], {
    env: { ...process.env, BENCH_REQUEST: requestFolder },
  });
  const result = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? 'null');
  if (result === null) throw new Error(`wrk said nothing:\n${stdout}`);
  if (result.refused > 0 || result.broken > 0) throw new Error(`${server.name}: requests failed: ${stdout}`);
  return {
    requests: result.requests,
    rate: result.requests / (result.us / 1e6),
    p50: result.p50 / 1000,
    p99: result.p99 / 1000,
    /** Cores that the server was busy on: where it is 1 of 1, the server was the bottleneck and not the client. */
    cores: (cpuSeconds(server.pid) - before) / (result.us / 1e6),
  };
}

const PROBE_EVERY_MS = 10;

/** How long a route takes, in ms (p50, p99), while something else is going on. Asked from this process, on whatever core is free. */
export async function probe(server, path, meanwhile) {
  const times = [];
  let loaded = true;
  const done = meanwhile().finally(() => {
    loaded = false;
  });
  while (loaded) {
    const started = performance.now();
    const response = await fetch(`${server.url}${path}`);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status} under load`);
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
  }
  await done;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}
