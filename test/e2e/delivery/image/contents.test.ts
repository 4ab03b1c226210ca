import { temporaryFolder } from '../../support/folder.ts';
import { must } from '../../support/run.ts';
import { HARDENED, podman } from '../support/containers.ts';
import { keepFigure } from '../support/figures.ts';
import { type BuiltImage, buildFrom, imageOf, sizeOf } from '../support/images.ts';
import { HOSTILE, stampAnew } from '../support/stamp.ts';

/* What is in the image of a stamped-out repository. */

const folder = temporaryFolder();
let built: BuiltImage;
beforeAll(async () => {
  built = await imageOf('table');
}, 300_000);

test('it is at most 60 MB above its base', async () => {
  const [size, base] = await Promise.all([sizeOf(built.image), sizeOf(built.base)]);
  const above = (size - base) / 1e6;
  keepFigure('a table', { 'MB above the base': above });
  expect(above).toBeGreaterThan(10);
  expect(above).toBeLessThanOrEqual(60);
}, 60_000);

test('it says what it is: labels, port, user, health check', async () => {
  const { stdout } = await podman('image', 'inspect', built.image);
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

test('it holds nothing that is not run', async () => {
  const inside =
    'ls -A /app /app/scripts; ls -d /app/node_modules/onnxruntime-node/bin/*/*/*; command -v npm npx tsc gcc; true';
  const { stdout } = await podman('run', '--rm', ...HARDENED, built.image, 'sh', '-c', inside);
  expect(stdout.trim().split('\n')).toEqual([
    ...['/app:', 'dist', 'model', 'node_modules', 'package.json', 'public', 'schema', 'scripts', 'serving.yaml', ''],
    ...['/app/scripts:', 'health.mjs'],
    `/app/node_modules/onnxruntime-node/bin/napi-v6/linux/${process.arch}`,
  ]);
}, 60_000);

test('the same sources give the same bytes, wherever they lie and whenever they were written', async () => {
  const again = 'localhost/create-ml-serving/again:latest';
  const layers = async (image: string) =>
    (await podman('image', 'inspect', '--format', '{{json .RootFS.Layers}}', image)).stdout;
  const directory = await stampAnew([`description=${HOSTILE}`, 'features=all', 'exposure=ingress'], folder);
  await must('find', [directory, '-exec', 'touch', '--date', '2001-01-01', '{}', '+']);
  await buildFrom(directory, again, built.base);
  try {
    expect(JSON.parse(await layers(again))).toEqual(JSON.parse(await layers(built.image)));
  } finally {
    await podman('rmi', '--force', again);
  }
}, 300_000);
