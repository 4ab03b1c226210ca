import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { must, run } from '../support/run.ts';
import { stamp } from './support/stamp.ts';

/* `npm run load-test` of a stamped-out repository, executed. */

const folder = temporaryFolder();
let directory = '';
const loadTest = (...args: string[]) => run('npm', ['run', '--silent', 'load-test', '--', ...args], { cwd: directory });

beforeAll(async () => {
  directory = join(folder, 'my-model');
  // Its own objective is the default.
  cpSync(await stamp(['latencyObjectiveMs=900', 'features=load-test']), directory, { recursive: true });
  await must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: directory });
}, 180_000);

test('starts the service, measures both loops, draws them and leaves nothing running', async () => {
  const { code, stdout, stderr } = await loadTest('--seconds', '2', '--connections', '4', '--rate', '200');
  expect(`${code}${code === 0 ? '' : stdout + stderr}`).toBe('0');
  const [, closed, open] = /closed +- +(\d+) [\s\S]*open +200 +(\d+) /.exec(stdout) ?? [];
  expect(Number(closed)).toBeGreaterThan(Number(open));
  expect(Number(open)).toBeGreaterThanOrEqual(190);
  expect(stdout).toContain('objectives met');

  const svg = readFileSync(join(directory, 'coverage', 'load-test.svg'), 'utf8');
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).toContain('objective for p99: 900 ms');

  const url = /^(http:\S+):/m.exec(stdout)?.[1] as string;
  await expect(fetch(url)).rejects.toThrow();
}, 60_000);

test('objectives that are missed are named, and the exit code says so', async () => {
  const { code, stdout } = await loadTest('--seconds', '1', '--p99-ms', '0.1', '--rate', '100');
  expect(code).toBe(1);
  expect(stdout).toMatch(/objectives missed\n {2}p99: expected at most 0\.1 ms, found \d+/);
}, 60_000);

test('answers that fail count as errors, whatever their latency', async () => {
  const server = createServer((request, response) => {
    // Every fourth fails.
    asked++;
    request.resume().on('end', () => response.writeHead(asked % 4 === 0 ? 503 : 200).end('{}'));
  });
  let asked = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const { code, stdout } = await loadTest('--url', url, '--seconds', '1', '--rate', '100');
    expect(code).toBe(1);
    expect(stdout).toMatch(/errors: expected at most 0\.1 %, found 2\d\.\d\d %/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}, 60_000);

test.each([
  [['--seconds', 'x'], 'load test: --seconds: expected a number from 1 to 3600, found "x"'],
  [['--url', 'ftp://x'], 'load test: --url: expected http://... or https://..., found "ftp://x"'],
  [['--nope'], "Unknown option '--nope'"],
  [['--url', 'http://127.0.0.1:9', '--seconds', '1'], 'load test: nothing was served'],
])(
  '%j: %s',
  async (args, says) => {
    const { code, stderr } = await loadTest(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(says);
  },
  30_000,
);

test('a repository without golden samples is told so', async () => {
  const golden = join(directory, 'model', 'golden.json');
  const before = readFileSync(golden, 'utf8');
  writeFileSync(golden, '{"tolerance": 0, "samples": []}');
  try {
    expect((await loadTest()).stderr).toContain('model/golden.json holds no samples');
  } finally {
    writeFileSync(golden, before);
  }
}, 30_000);
