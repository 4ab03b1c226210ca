import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../support/folder.ts';
import { expectClose, readGolden } from '../support/golden.ts';
import { repositoryRoot } from '../support/packed.ts';
import { must, run } from '../support/run.ts';
import { freePort, post } from '../support/serve.ts';
import { buildImage, HARDENED, podman, startContainer } from './support/containers.ts';
import { resources, withComponents } from './support/kubernetes.ts';
import { localConfig } from './support/nginx.ts';
import { HOSTILE, stamp } from './support/stamp.ts';
import { tool } from './support/tools.ts';

/* The image of a stamped-out repository: really built, really run, as production runs it. */

interface Pod {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly [
    {
      readonly env: readonly { readonly name: string; readonly value?: string }[];
      readonly ports: readonly unknown[];
      readonly resources: { readonly limits: { readonly memory: string } };
    } & Readonly<Record<'startupProbe' | 'readinessProbe' | 'livenessProbe', Probe>>,
  ];
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

const IMAGE = 'localhost/create-ml-serving/test:latest';
const folder = temporaryFolder();
let directory = '';
let base = '';

beforeAll(async () => {
  base = (await must('bash', [join(repositoryRoot, 'scripts/ci/base-image.sh')])).stdout.trim();
  directory = await stamp([`description=${HOSTILE}`]);
  await buildImage(directory, IMAGE, ['--build-arg', `NODE_IMAGE=${base}`, '--build-arg', 'REVISION=0123abc']);
}, 300_000);

afterAll(() => podman('rmi', '--force', IMAGE));

const smoke = async (image: string) => {
  // What the runner’s docker is to the script, podman with this machine’s needs is here.
  const docker = join(folder, 'docker');
  const run_ = `exec "${tool('podman')}" --runtime runc run --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@"`;
  writeFileSync(docker, `#!/bin/sh\nif [ "$1" = run ]; then shift; ${run_}; fi\nexec "${tool('podman')}" "$@"\n`, {
    mode: 0o755,
  });
  return run('sh', ['scripts/smoke.sh', image], { cwd: directory, env: { ...process.env, DOCKER: docker } });
};

const sizeOf = async (image: string) =>
  Number((await podman('image', 'inspect', '--format', '{{.Size}}', image)).stdout);

test('is at most 60 MB above its base', async () => {
  const above = ((await sizeOf(IMAGE)) - (await sizeOf(base))) / 1e6;
  console.info(`image: ${above.toFixed(1)} MB above its base`);
  expect(above).toBeGreaterThan(10);
  expect(above).toBeLessThanOrEqual(60);
}, 60_000);

test('says what it is: labels, port, user, health check', async () => {
  const { stdout } = await podman('image', 'inspect', IMAGE);
  const [{ Config, Labels, HealthCheck, Healthcheck }] = JSON.parse(stdout) as [Record<string, never>];
  expect(Labels).toMatchObject({
    'org.opencontainers.image.title': 'my-model',
    'org.opencontainers.image.description': HOSTILE,
    'org.opencontainers.image.vendor': 'ml-team',
    'org.opencontainers.image.revision': '0123abc',
  });
  expect(Config).toMatchObject({ User: '10001:10001', ExposedPorts: { '8080/tcp': {} } });
  expect(HealthCheck ?? Healthcheck).toMatchObject({ Test: ['CMD', 'node', 'scripts/health.mjs'] });
}, 60_000);

test('holds nothing that is not run', async () => {
  const { stdout } = await podman(
    'run',
    '--rm',
    ...HARDENED,
    IMAGE,
    'sh',
    '-c',
    'ls -A /app; command -v npm npx tsc gcc; true',
  );
  expect(stdout.trim().split('\n')).toEqual([
    'dist',
    'model',
    'node_modules',
    'package.json',
    'public',
    'schema',
    'scripts',
    'serving.yaml',
  ]);
}, 60_000);

describe('running read-only, without capabilities, with 256 MiB', () => {
  let url = '';
  let container = '';
  let startedMs = 0;
  const inside = (...command: string[]) => podman('exec', container, ...command);

  beforeAll(async () => {
    const started = await startContainer(IMAGE, ['--memory', '256m']);
    ({ url, container, startedMs } = started);
  }, 60_000);

  afterAll(() => podman('rm', '--force', container));

  test('is ready in seconds, and answers the golden samples through its published port', async () => {
    const { samples, tolerance } = readGolden(directory);
    const { status, body } = await post(`${url}/predict`, { instances: samples.map(({ instance }) => instance) });
    expect(status).toBe(200);
    const { predictions } = body as { predictions: unknown[] };
    expectClose(
      predictions,
      samples.map(({ prediction }) => prediction),
      tolerance,
    );
    console.info(`image: ready ${startedMs} ms after the start`);
    expect(startedMs).toBeLessThan(10_000);
  }, 60_000);

  test('runs as nobody in particular: no capability, no new privilege, nothing to write to', async () => {
    const status = (await inside('node', '-p', 'fs.readFileSync("/proc/1/status", "utf8")')).stdout;
    expect(status).toMatch(/^Uid:\s+10001\s+10001\s+10001\s+10001$/m);
    expect(status).toMatch(/^Gid:\s+10001\s/m);
    expect(status).toMatch(/^CapEff:\s+0{16}$/m);
    expect(status).toMatch(/^CapBnd:\s+0{16}$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    const write = await run(tool('podman'), ['exec', container, 'node', '-e', 'fs.writeFileSync("/app/x", "")']);
    expect(write.stderr).toContain('EROFS');
  }, 60_000);

  test('keeps within its memory: the heap’s limit is half of the container’s', async () => {
    const arguments_ = (await inside('node', '-p', 'fs.readFileSync("/proc/1/cmdline", "utf8")')).stdout;
    expect(arguments_).toContain('--max-old-space-size-percentage=50');
    const heap = await inside(
      'node',
      '--max-old-space-size-percentage=50',
      '-p',
      'v8.getHeapStatistics().heap_size_limit',
    );
    expect(Number(heap.stdout) / 2 ** 20).toBeLessThan(140);
    const rss = /^VmRSS:\s+(\d+) kB$/m.exec(
      (await inside('node', '-p', 'fs.readFileSync("/proc/1/status", "utf8")')).stdout,
    );
    console.info(`image: ${Math.round(Number(rss?.[1]) / 1000)} MB resident`);
    expect(Number(rss?.[1]) / 1024).toBeLessThan(200);
  }, 60_000);

  test('its health script tells a ready service from one that is not', async () => {
    await expect(inside('node', 'scripts/health.mjs')).resolves.toMatchObject({ code: 0 });
    const other = await run(tool('podman'), ['exec', '--env', 'PORT=65000', container, 'node', 'scripts/health.mjs']);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/^not ready: .*ECONNREFUSED/);
  }, 60_000);
});

describe('as the manifests deploy it', () => {
  let pod: Pod;
  let url = '';
  let container = '';
  let metrics = '';

  beforeAll(async () => {
    pod = (await resources(directory, 'production')).find(({ kind }) => kind === 'Deployment')?.spec.template.spec;
    const [{ env, resources: limits }] = pod.containers;
    const set = env.flatMap(({ name, value }) => ['--env', `${name}=${value ?? '1'}`]);
    ({ url, container } = await startContainer(IMAGE, [...set, '--memory', limits.limits.memory.replace('Mi', 'm')]));
    metrics = await (await fetch(`${url}/metrics`)).text();
  }, 60_000);

  afterAll(() => podman('rm', '--force', container));

  test('the probes’ paths answer on the declared port, which is the one the image exposes', async () => {
    const [{ ports, startupProbe, readinessProbe, livenessProbe }] = pod.containers;
    expect(ports).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
      expect(httpGet.port).toBe('http');
      expect((await fetch(url + httpGet.path)).status).toBe(200);
    }
    expect(livenessProbe.httpGet.path).not.toBe(readinessProbe.httpGet.path);
  });

  test('it runs as the user of the image', () => {
    const { runAsUser, runAsGroup } = pod.securityContext;
    expect(`${runAsUser}:${runAsGroup}`).toBe('10001:10001');
  });

  test('every variable that is set is one that the service reads', () => {
    const config = readFileSync(join(directory, 'src', 'config.ts'), 'utf8');
    for (const { name } of pod.containers[0].env) expect(config).toContain(`'${name}'`);
  });

  test('the path that Prometheus scrapes is there, with every metric that scaling and analysis ask for', async () => {
    const all = await resources(directory, 'canary');
    const monitor = all.find(({ kind }) => kind === 'ServiceMonitor');
    expect(monitor?.spec.endpoints).toMatchObject([{ port: 'http', path: '/metrics' }]);
    const asked = JSON.stringify(all) + (await withComponents(directory));
    const names = new Set([...asked.matchAll(/\bml_serving_[a-z_]+/g)].map(([name]) => name));
    expect(names.size).toBeGreaterThanOrEqual(4);
    for (const name of names) expect(metrics).toMatch(new RegExp(`^${name}(\\{|_bucket| )`, 'm'));
  });
});

test('nginx of the compose profile passes predictions on, and keeps the metrics inside', async () => {
  const { url, container } = await startContainer(IMAGE, ['--memory', '256m']);
  const port = await freePort();
  const config = localConfig(directory, new URL(url).host, port);
  const proxy = spawn(tool('nginx'), ['-c', config, '-g', 'daemon off;'], { stdio: 'ignore' });
  try {
    const front = `http://127.0.0.1:${port}`;
    const golden = readGolden(directory);
    for (let tries = 0; tries < 50 && !(await fetch(front).catch(() => undefined)); tries++) await sleep(50);
    const answer = await fetch(`${front}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'from-outside' },
      body: JSON.stringify({ instances: [golden.samples[0]?.instance] }),
    });
    expect(answer.headers.get('x-request-id')).toBe('from-outside');
    const { predictions } = (await answer.json()) as { predictions: unknown[] };
    expectClose(predictions[0], golden.samples[0]?.prediction, golden.tolerance);
    expect((await fetch(`${front}/metrics`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    const tooBig = await post(`${front}/predict`, `"${'x'.repeat(5_000_000)}"`).catch(() => ({ status: 413 }));
    expect(tooBig.status).toBe(413);
  } finally {
    proxy.kill('SIGTERM');
    await once(proxy, 'exit');
    await podman('rm', '--force', container);
  }
}, 60_000);

test('SIGTERM under load: everything accepted is answered, and it exits 0', async () => {
  const { url, container } = await startContainer(IMAGE, ['--memory', '512m']);
  try {
    const [sample] = readGolden(directory).samples;
    let answered = 0;
    // As a balancer does: an instance that answers 503 is asked no more. Anything else than 200 before that is a lost request.
    const client = async () => {
      for (;;) {
        const outcome = await post(`${url}/predict`, { instances: [sample?.instance] }).then(
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
    await podman('kill', '--signal', 'TERM', container);
    const exited = await podman('wait', container);
    expect(exited.stdout.trim()).toBe('0');
    expect(before).toBeGreaterThan(100);
    expect(await Promise.all(clients)).toEqual(Array.from({ length: 16 }, () => '503'));
  } finally {
    await podman('rm', '--force', container);
  }
}, 120_000);

describe('scripts/smoke.sh, the gate of the pipelines', () => {
  test('passes the image', async () => {
    const { code, stdout, stderr } = await smoke(IMAGE);
    expect(`${code} ${stdout}${code === 0 ? '' : stderr}`).toMatch(/^0 \d+ golden samples agree\n$/);
  }, 60_000);

  test('fails an image that does not start, and shows what it logged', async () => {
    const broken = 'localhost/create-ml-serving/test:broken';
    const context = join(folder, 'broken');
    mkdirSync(context);
    writeFileSync(join(context, 'serving.yaml'), 'apiVersion: ml-serving/v1\n');
    writeFileSync(join(context, 'Dockerfile'), `FROM ${IMAGE}\nCOPY serving.yaml ./\n`);
    await buildImage(context, broken);
    try {
      const { code, stderr } = await smoke(broken);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/CONFIG_INVALID.*serving\.yaml/);
    } finally {
      await podman('rmi', '--force', broken);
    }
  }, 120_000);

  test('smoke.mjs finds an answer that is not the expected one, and names it', async () => {
    const { url, container } = await startContainer(IMAGE, ['--memory', '256m']);
    try {
      const golden = readGolden(directory);
      const [first] = golden.samples;
      const samples = [first, { ...first, prediction: { label: 'other' } }];
      mkdirSync(join(folder, 'wrong', 'model'), { recursive: true });
      writeFileSync(join(folder, 'wrong', 'model', 'golden.json'), JSON.stringify({ ...golden, samples }));
      const smokeTest = join(directory, 'scripts', 'smoke.mjs');
      const wrong = await run(process.execPath, [smokeTest, url], { cwd: join(folder, 'wrong') });
      expect(wrong).toMatchObject({
        code: 1,
        stderr: 'smoke test: golden sample 1: prediction.label: expected "other", found "setosa"\n',
      });
      await must(process.execPath, [smokeTest, url], { cwd: directory });
    } finally {
      await podman('rm', '--force', container);
    }
  }, 60_000);
});

test('a service of pictures: its native library loads in the image, and the golden samples agree', async () => {
  const pictures = 'localhost/create-ml-serving/test:pictures';
  const repository = await stamp(['modelType=image-classification']);
  await buildImage(repository, pictures, ['--build-arg', `NODE_IMAGE=${base}`]);
  try {
    const { code, stdout, stderr } = await smoke(pictures);
    expect(`${code} ${stdout}${code === 0 ? '' : stderr}`).toMatch(/^0 \d+ golden samples agree\n$/);
    const above = ((await sizeOf(pictures)) - (await sizeOf(base))) / 1e6;
    console.info(`image with pictures: ${above.toFixed(1)} MB above its base`);
    // 60 MB, and libvips.
    expect(above).toBeLessThanOrEqual(80);
  } finally {
    await podman('rmi', '--force', pictures);
  }
}, 300_000);
