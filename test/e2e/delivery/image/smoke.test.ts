import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/folder.ts';
import { readGolden } from '../../support/golden.ts';
import { must, run } from '../../support/run.ts';
import { buildImage, podman, startContainer } from '../support/containers.ts';
import { keepFigure } from '../support/figures.ts';
import { type BuiltImage, imageOf, sizeOf } from '../support/images.ts';
import { smoke } from '../support/smoke.ts';

/* scripts/smoke.sh, the gate of the pipelines. */

const folder = temporaryFolder();
let built: BuiltImage;
beforeAll(async () => {
  built = await imageOf('table');
}, 300_000);

// Those of the other release lines, and of pictures, whose native library has to load.
test.each([
  ['table', 'a table', 60],
  ['node-22', 'a table, Node.js 22', 60],
  ['node-20', 'a table, Node.js 20', 60],
  // 60 MB, and libvips.
  ['pictures', 'pictures', 80],
] as const)(
  'passes the image %s',
  async (name, title, most) => {
    const { image, base, directory } = await imageOf(name);
    const { code, stdout, stderr } = await smoke(directory, image, folder);
    expect(`${code} ${stdout}${code === 0 ? '' : stderr}`).toMatch(/^0 \d+ golden samples agree\n$/);
    const above = ((await sizeOf(image)) - (await sizeOf(base))) / 1e6;
    keepFigure(title, { 'MB above the base': above });
    expect(above).toBeLessThanOrEqual(most);
  },
  400_000,
);

test('fails an image that does not start, and shows what it logged', async () => {
  const broken = 'localhost/create-ml-serving/broken:latest';
  const context = join(folder, 'broken');
  mkdirSync(context);
  writeFileSync(join(context, 'serving.yaml'), 'apiVersion: ml-serving/v1\n');
  writeFileSync(join(context, 'Dockerfile'), `FROM ${built.image}\nCOPY serving.yaml ./\n`);
  await buildImage(context, broken);
  try {
    const { code, stderr } = await smoke(built.directory, broken, folder);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/CONFIG_INVALID.*serving\.yaml/);
  } finally {
    await podman('rmi', '--force', broken);
  }
}, 120_000);

test('smoke.mjs finds an answer that is not the expected one, and names it', async () => {
  const { url, container } = await startContainer(built.image, ['--memory', '256m']);
  try {
    const golden = readGolden(built.directory);
    const [first] = golden.samples;
    const samples = [first, { ...first, prediction: { label: 'other' } }];
    mkdirSync(join(folder, 'wrong', 'model'), { recursive: true });
    writeFileSync(join(folder, 'wrong', 'model', 'golden.json'), JSON.stringify({ ...golden, samples }));
    const smokeTest = join(built.directory, 'scripts', 'smoke.mjs');
    const wrong = await run(process.execPath, [smokeTest, url], { cwd: join(folder, 'wrong') });
    expect(wrong).toMatchObject({
      code: 1,
      stderr: 'smoke test: golden sample 1: prediction.label: expected "other", found "setosa"\n',
    });
    await must(process.execPath, [smokeTest, url], { cwd: built.directory });
  } finally {
    await podman('rm', '--force', container);
  }
}, 60_000);
