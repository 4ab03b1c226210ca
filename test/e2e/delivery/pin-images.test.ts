import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../support/folder.ts';
import { run } from '../support/run.ts';
import { freePort } from '../support/serve.ts';
import { podman } from './support/containers.ts';
import { stamp } from './support/stamp.ts';
import { tool } from './support/tools.ts';

/* `npm run pin`: digests come from a registry, and never from anywhere else. */

const folder = temporaryFolder();
let count = 0;

/** A repository whose Dockerfile builds upon an image, and what pinning makes of it. */
async function pin(image: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const directory = join(folder, String(++count));
  cpSync(await stamp([]), directory, { recursive: true });
  const path = join(directory, 'Dockerfile');
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replaceAll('docker.io/library/node:24-bookworm-slim', () => image),
  );
  const before = readFileSync(path, 'utf8');
  const again = () =>
    run(process.execPath, [join(directory, 'scripts', 'pin-images.mjs'), ...args], { env: { ...process.env, ...env } });
  const result = await again();
  const text = readFileSync(path, 'utf8');
  const images = [...text.matchAll(/^FROM (?:--\S+ )?([^\s$]+) AS/gm)].map(([, name]) => name);
  return { ...result, images, text, unchanged: text === before, again };
}

test('the digest is the one that a registry has for the tag', async () => {
  const port = await freePort();
  const config = join(folder, 'registry.yaml');
  const storage = join(folder, 'registry');
  mkdirSync(storage);
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      storage: { filesystem: { rootdirectory: storage } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  const registry = spawn(tool('docker-registry'), ['serve', config], { stdio: 'ignore' });
  const image = `127.0.0.1:${port}/library/tiny:1`;
  try {
    for (let tries = 0; tries < 200 && !(await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined)); tries++)
      await sleep(25);
    const file = join(folder, 'digest');
    const context = join(folder, 'context');
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
    await run(tool('buildah'), ['bud', '--isolation', 'chroot', '--tag', image, context]);
    await podman('push', '--tls-verify=false', '--digestfile', file, image);
    const digest = readFileSync(file, 'utf8').trim();
    const { code, stderr, stdout, images, again } = await pin(image);
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(stdout).toBe(`${image}@${digest}\n`);
    expect(images).toEqual([`${image}@${digest}`, `${image}@${digest}`]);
    expect(await again()).toMatchObject({ code: 0, stdout: 'Every image of the Dockerfile has a digest.\n' });
    const old = await pin(`${image}@sha256:${'0'.repeat(64)}`, ['--update']);
    expect(old.images).toEqual(images);
    const missing = await pin(image.replace(':1', ':2'));
    expect(missing).toMatchObject({ code: 1, unchanged: true });
    expect(missing.stderr).toMatch(/^pin-images: .*tiny:2: 127\.0\.0\.1:\d+ answered 404\n$/);
  } finally {
    registry.kill();
    await podman('rmi', '--force', image);
  }
}, 60_000);

describe('a registry that asks for a token', () => {
  const manifest = '{"schemaVersion":2}';
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  const seen: string[] = [];
  let says = digest;
  const server = createServer((request, response) => {
    const { host, authorization } = request.headers;
    seen.push(`${request.url} ${authorization ?? '-'}`);
    if (request.url?.startsWith('/token')) return void response.end('{"token":"short-lived"}');
    if (authorization === 'Bearer short-lived')
      return void response.setHeader('Docker-Content-Digest', says).end(manifest);
    const challenge = `Bearer realm="http://${host}/token",service="registry.test",scope="repository:a/b:pull"`;
    return void response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
  });
  const image = () => `127.0.0.1:${(server.address() as AddressInfo).port}/a/b:1`;
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => void server.close(resolve)));

  test.each([
    [{}, '-'],
    [{ REGISTRY_USER: 'me', REGISTRY_PASSWORD: 'secret' }, `Basic ${Buffer.from('me:secret').toString('base64')}`],
  ])('%j: gets one from the service that it names', async (env, sent) => {
    seen.length = 0;
    const { code, images } = await pin(image(), [], env);
    expect(code).toBe(0);
    expect(images).toEqual([`${image()}@${digest}`, `${image()}@${digest}`]);
    expect(seen).toEqual([
      '/v2/a/b/manifests/1 -',
      `/token?service=registry.test&scope=repository%3Aa%2Fb%3Apull ${sent}`,
      '/v2/a/b/manifests/1 Bearer short-lived',
    ]);
  });

  test('a digest that is not that of the manifest is refused', async () => {
    says = `sha256:${'0'.repeat(64)}`;
    const { code, stderr, unchanged } = await pin(image());
    expect({ code, unchanged }).toEqual({ code: 1, unchanged: true });
    expect(stderr).toContain(`the manifest has the digest ${digest}`);
  });
});

test('without a registry there is no digest', async () => {
  const { code, stderr, unchanged } = await pin(`127.0.0.1:${await freePort()}/a/b:1`);
  expect({ code, unchanged }).toEqual({ code: 1, unchanged: true });
  expect(stderr).toMatch(/^pin-images: 127\.0\.0\.1:\d+ is not reachable: /);
});
