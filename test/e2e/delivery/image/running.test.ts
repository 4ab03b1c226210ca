import { setTimeout as sleep } from 'node:timers/promises';
import { expectClose, readGolden } from '../../support/golden.ts';
import { run } from '../../support/run.ts';
import { post } from '../../support/serve.ts';
import { podman, startContainer } from '../support/containers.ts';
import { keepFigure } from '../support/figures.ts';
import { type BuiltImage, imageOf } from '../support/images.ts';
import { tool } from '../support/tools.ts';

/* The image as production runs it: read-only, without capabilities, with a memory limit. */

let built: BuiltImage;
let url = '';
let container = '';
let startedMs = 0;
const inside = (...command: string[]) => podman('exec', container, ...command);
const statusOfFirst = async () => (await inside('node', '-p', 'fs.readFileSync("/proc/1/status", "utf8")')).stdout;

beforeAll(async () => {
  built = await imageOf('table');
  ({ url, container, startedMs } = await startContainer(built.image, ['--memory', '256m']));
}, 300_000);
afterAll(() => podman('rm', '--force', container));

test('it is ready in seconds, and answers the golden samples through its published port', async () => {
  const { samples, tolerance } = readGolden(built.directory);
  const { status, body } = await post(`${url}/predict`, { instances: samples.map(({ instance }) => instance) });
  expect(status).toBe(200);
  const { predictions } = body as { predictions: unknown[] };
  expectClose(
    predictions,
    samples.map(({ prediction }) => prediction),
    tolerance,
  );
  keepFigure('a table', { 'ms from start to ready': startedMs });
  expect(startedMs).toBeLessThan(10_000);
}, 60_000);

test('it runs as nobody in particular: no capability, no new privilege, nothing to write to', async () => {
  const status = await statusOfFirst();
  expect(status).toMatch(/^Uid:\s+10001\s+10001\s+10001\s+10001$/m);
  expect(status).toMatch(/^Gid:\s+10001\s/m);
  expect(status).toMatch(/^CapEff:\s+0{16}$/m);
  expect(status).toMatch(/^CapBnd:\s+0{16}$/m);
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  const write = await run(tool('podman'), ['exec', container, 'node', '-e', 'fs.writeFileSync("/app/x", "")']);
  expect(write.stderr).toContain('EROFS');
}, 60_000);

test('it keeps within its memory: the heap’s limit is half of the container’s', async () => {
  const arguments_ = (await inside('node', '-p', 'fs.readFileSync("/proc/1/cmdline", "utf8")')).stdout;
  expect(arguments_).toContain('--max-old-space-size-percentage=50');
  expect(arguments_).toContain('--max-semi-space-size=8');
  const limit = ['--max-old-space-size-percentage=50', '-p', 'v8.getHeapStatistics().heap_size_limit'];
  expect(Number((await inside('node', ...limit)).stdout) / 2 ** 20).toBeLessThan(140);
  const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(await statusOfFirst())?.[1]) / 1024;
  keepFigure('a table', { 'MiB resident': resident });
  expect(resident).toBeLessThan(200);
}, 60_000);

test('its health script tells a ready service from one that is not', async () => {
  await expect(inside('node', 'scripts/health.mjs')).resolves.toMatchObject({ code: 0 });
  const other = await run(tool('podman'), ['exec', '--env', 'PORT=65000', container, 'node', 'scripts/health.mjs']);
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(/^not ready: .*ECONNREFUSED/);
}, 60_000);

test('SIGTERM under load: everything accepted is answered, and it exits 0', async () => {
  const loaded = await startContainer(built.image, ['--memory', '512m']);
  try {
    const [sample] = readGolden(built.directory).samples;
    let answered = 0;
    // As a balancer does: an instance that answers 503 is asked no more. Anything else than 200 before that is a lost request.
    const client = async () => {
      for (;;) {
        const outcome = await post(`${loaded.url}/predict`, { instances: [sample?.instance] }).then(
          ({ status }) => String(status),
          (error) => String(error.cause?.code ?? error.message),
        );
        if (outcome !== '200') return outcome;
        answered++;
      }
    };
    const clients = Array.from({ length: 16 }, client);
    await sleep(1500);
    const before = answered;
    await podman('kill', '--signal', 'TERM', loaded.container);
    const exited = await podman('wait', loaded.container);
    expect(exited.stdout.trim()).toBe('0');
    expect(before).toBeGreaterThan(100);
    expect(await Promise.all(clients)).toEqual(Array.from({ length: 16 }, () => '503'));
  } finally {
    await podman('rm', '--force', loaded.container);
  }
}, 120_000);
