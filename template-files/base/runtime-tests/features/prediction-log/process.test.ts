import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ROOT } from '../../../runtime/root.ts';
import { built } from '../../helpers/built.ts';
import { SAMPLE } from '../../helpers/service.ts';
import { until } from '../../helpers/until.ts';

/** The whole process, and a reader that reads nothing. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prediction-log-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface RunOptions {
  readonly env?: Record<string, string>;
  readonly stdout?: 'pipe' | number;
}

async function run(predictionLog: string, options: RunOptions = {}) {
  const file = join(folder, 'serving.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\npredictionLog: ${predictionLog}\n`);
  const port = await freePort();
  const env = {
    ...process.env,
    SERVING_CONFIG: file,
    PORT: `${port}`,
    HOST: '127.0.0.1',
    WORKERS: '1',
    ACCESS_LOG: 'off',
    SHUTDOWN_GRACE_MS: '4000',
    ...options.env,
  };
  const stdio = ['ignore', options.stdout ?? 'pipe', 'ignore'] as const;
  const child = spawn(process.execPath, built('server'), { cwd: ROOT, env, stdio: [...stdio] });
  const exit = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/v2/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error('the service did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, exit, url };
}

const BODY = JSON.stringify({ instances: new Array(100).fill([5.1, 3.5, 1.4, 0.2]) });
const predict = (url: string) =>
  fetch(`${url}/predict`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: BODY });

async function metricsOf(url: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (name) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`ml_serving_prediction_log_${name} `))
        ?.split(' ')
        .pop(),
    );
}

test('a reader of standard output that stalls costs lines, not answers', async () => {
  const { child, exit, url } = await run('{ mode: full, bufferBytes: 65536 }');
  try {
    // Nobody reads the pipe: it holds 64 KiB, and after that nothing more goes out.
    let sent = 0;
    const send = async (count: number) => {
      for (let i = 0; i < count; i++) expect((await predict(url)).status).toBe(200);
      sent += count;
    };
    const stalled = async () => (await metricsOf(url))('dropped_total{reason="stalled"}');
    await send(100);
    await until(async () => {
      await send(1);
      return (await stalled()) > 0;
    });
    const before = await stalled();
    await send(20);
    const metric = await metricsOf(url);
    const dropped = ['buffer_full', 'stalled', 'disk'].map((reason) => metric(`dropped_total{reason="${reason}"}`));
    expect(dropped).toEqual([expect.any(Number), expect.any(Number), 0]);
    expect(dropped[1]).toBeGreaterThanOrEqual(before + 20);
    expect(metric('written_total') + dropped.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(sent);
  } finally {
    child.stdout?.resume();
    child.kill('SIGTERM');
    await exit;
  }
});

test('what waits is written before the end', async () => {
  const path = join(folder, 'log.jsonl');
  const { child, exit, url } = await run(`{ mode: full, to: file, path: ${path} }`);
  child.stdout?.resume();
  for (let i = 0; i < 10; i++) await predict(url);
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).status)).toEqual(new Array(10).fill(200));
});

/** A device of Linux that is always full. */
const onFullDisk = existsSync('/dev/full') ? test : test.skip;

onFullDisk('a disk that is full under standard output costs lines, not answers', async () => {
  const full = openSync('/dev/full', 'w');
  const { child, exit, url } = await run('{ mode: full }', { stdout: full, env: { ACCESS_LOG: 'all' } });
  closeSync(full);
  for (let i = 0; i < 10; i++) {
    expect((await predict(url)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

const withPipes = process.platform === 'win32' ? test.skip : test;

withPipes('a log that takes nothing, for ever, holds the end up as long as anything may', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const { child, exit, url } = await run(`{ mode: full, to: file, path: ${path}, files: 1 }`);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  expect((await predict(url)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await exit).toEqual([null, 'SIGKILL']);
  expect(output).toContain('the grace period is over while a write is in flight');
});

withPipes('a reader of standard output that has stopped does not hold the end up', async () => {
  const { exit, child, url } = await run('{ mode: full }', { env: { SHUTDOWN_GRACE_MS: '2000' } });
  // As long as somebody reads, lines go out; then nobody does, and more wait than the pipe holds.
  const read = once(child.stdout as Readable, 'data');
  await predict(url);
  await read;
  child.stdout?.pause();
  for (let i = 0; i < 100; i++) expect((await predict(url)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await exit).toEqual([null, 'SIGKILL']);
});

withPipes('a defect that ends the process takes no line of an answered request along', async () => {
  const path = join(folder, 'out');
  const out = openSync(path, 'w');
  const crash = "--import=data:text/javascript,process.on('SIGUSR2',()=>{throw(new(Error)('a_defect'))})";
  const { exit, child, url } = await run('{ mode: full }', { stdout: out, env: { NODE_OPTIONS: crash } });
  closeSync(out);
  for (let i = 0; i < 50; i++) expect((await predict(url)).status).toBe(200);
  child.kill('SIGUSR2');
  const [code] = await exit;
  expect(code).toBeGreaterThan(0);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.filter((line) => JSON.parse(line).msg === 'prediction')).toHaveLength(50);
});
