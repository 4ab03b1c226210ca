import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { must } from '../support/run.ts';
import { post, type Serving, serve, serveBy } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* Small files of many pixels must take neither the memory nor the time of the service. */

const directory = join(temporaryFolder(), 'pictures');
const MIB = 1024 * 1024;
/** 5000 x 5000 pixels: the most that `maxPixels` lets pass. */
const SIDE = 5000;
let files: { readonly deep: Buffer; readonly palette: Buffer; readonly plain: Buffer };

beforeAll(async () => {
  await stampOut(directory, ['modelType=image-classification']);
  await must('npm', ['run', 'build'], { cwd: directory });
  files = await makeFiles();
}, 300_000);

/** Made by the library of the repository: this project has none. */
async function makeFiles() {
  const sharp = createRequire(join(directory, 'package.json'))('sharp');
  const blank = (side: number, channels: 3 | 4) =>
    sharp({ create: { width: side, height: side, channels, background: { r: 200, g: 9, b: 9, alpha: 0.5 } } });
  const [deep, palette, plain] = await Promise.all([
    blank(SIDE, 4).toColourspace('rgb16').png({ progressive: true }).toBuffer(),
    blank(SIDE, 3).png({ palette: true, colours: 2 }).toBuffer(),
    blank(64, 3).png().toBuffer(),
  ]);
  return { deep, palette, plain };
}

/** Writes another serving.yaml beside the first. @returns its environment */
function settings(name: string, limits: string, timeoutMs: number): NodeJS.ProcessEnv {
  const yaml = readFileSync(join(directory, 'serving.yaml'), 'utf8')
    .replace(/timeoutMs: \d+/, `timeoutMs: ${timeoutMs}`)
    .replace(/^limits:$/m, `limits:\n${limits}`);
  writeFileSync(join(directory, name), yaml);
  return { WORKERS: '1', SERVING_CONFIG: name };
}

async function upload({ url }: Serving, file: Buffer): Promise<{ status: number; code: unknown }> {
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: new Uint8Array(file),
  });
  const { code } = (await response.json()) as { code?: unknown };
  return { status: response.status, code };
}

const manyPalettes = (count = 950) => ({ instances: new Array(count).fill(files.palette.toString('base64')) });

/** Asks for the health as long as something else goes on; every answer must come. @returns how many came */
async function healthDuring({ url }: Serving, work: Promise<unknown>): Promise<number> {
  let isBusy = true;
  const ended = work.finally(() => {
    isBusy = false;
  });
  let answers = 0;
  do {
    expect((await fetch(`${url}/health`)).status).toBe(200);
    answers += 1;
  } while (isBusy);
  await ended;
  return answers;
}

/** The most memory that the process has had, in bytes. */
function peakOf({ child }: Serving): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
}

/** A control group of so much memory, where this machine lets us make one: cgroup v1 or v2, as root. */
function memoryGroup(bytes: number): { readonly path: string; readonly remove: () => void } | undefined {
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const path = join(root, `ml-serving-test-${process.pid}`);
    try {
      mkdirSync(path);
      try {
        writeFileSync(join(path, limit), `${bytes}`, { flag: 'r+' });
        return { path, remove: () => rmdirSync(path) };
      } catch {
        rmdirSync(path);
      }
    } catch {
      // Not this version, or not allowed.
    }
  }
  return undefined;
}

const group = memoryGroup(512 * MIB);
afterAll(() => group?.remove());
const withGroup = group ? test : test.skip;
const onLinux = process.platform === 'linux' ? test : test.skip;

withGroup(
  'in a container of 512 MiB, by its defaults, the service survives what is made to end it',
  async () => {
    const env = settings('bounded.yaml', '', 10_000);
    const command = `echo $$ > ${group?.path}/cgroup.procs; exec "${process.execPath}" dist/server.js`;
    const serving = await serveBy(['sh', '-c', command], directory, env);
    const attacks = Promise.all(new Array(4).fill(0).map(() => upload(serving, files.deep)));
    await healthDuring(serving, attacks);
    expect(await attacks).toEqual(new Array(4).fill({ status: 413, code: 'DECODED_TOO_LARGE' }));
    // Palettes of 75 MB each, of which one fits and further ones wait.
    const fitting = Promise.all(new Array(8).fill(0).map(() => upload(serving, files.palette)));
    await healthDuring(serving, fitting);
    expect(await fitting).toEqual(new Array(8).fill({ status: 200, code: undefined }));
    const many = post(`${serving.url}/predict`, manyPalettes());
    await healthDuring(serving, many);
    expect(await many).toMatchObject({ status: 413, body: { code: 'DECODED_TOO_LARGE' } });
    expect(await upload(serving, files.plain)).toMatchObject({ status: 200 });
    expect(await serving.stop()).toBe(0);
  },
  120_000,
);

onLinux(
  'pictures that fit one at a time are decoded one at a time',
  async () => {
    const serving = await serve(directory, settings('one.yaml', `  maxDecodingBytes: ${250 * MIB}`, 120_000));
    await upload(serving, files.plain);
    const before = peakOf(serving);
    const attacks = Promise.all(new Array(4).fill(0).map(() => upload(serving, files.deep)));
    expect(await healthDuring(serving, attacks)).toBeGreaterThan(4);
    expect(await attacks).toEqual(new Array(4).fill({ status: 200, code: undefined }));
    // Two of them at the same time would be 400 MB.
    expect(peakOf(serving) - before).toBeLessThan(350 * MIB);
    expect(await serving.stop()).toBe(0);
  },
  120_000,
);

test('for a client that has left, and after the deadline, no further picture is decoded', async () => {
  const limits = `  maxDecodingBytes: ${250 * MIB}\n  maxDecodedBytes: ${1024 * 1024 * MIB}`;
  const serving = await serve(directory, settings('leaving.yaml', limits, 120_000));
  const metric = async (line: string): Promise<boolean> =>
    (await (await fetch(`${serving.url}/metrics`)).text()).includes(`${line}\n`);
  const body = JSON.stringify(manyPalettes());
  const { port } = new URL(serving.url);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
  const head = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  // A picture that waits in turn behind those of the request shows that they are being decoded.
  expect(await upload(serving, files.palette)).toMatchObject({ status: 200 });
  socket.destroy();
  while (!(await metric('ml_serving_rejected_total{reason="client_gone"} 1')))
    expect(serving.child.exitCode).toBeNull();

  const late = await fetch(`${serving.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-timeout-ms': '1000' },
    body,
  });
  expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([504, 'TIMEOUT']);
  expect(await upload(serving, files.plain)).toMatchObject({ status: 200 });
  expect(await serving.stop()).toBe(0);
}, 120_000);
