import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { expectClose, readGolden } from './support/golden.ts';
import { repositoryRoot } from './support/packed.ts';
import { cli, must, run } from './support/run.ts';
import { post, serve, serveBy } from './support/serve.ts';

/* The whole way once, as a person goes it: stamp out with everything on, then what the closing words say. */

const folder = temporaryFolder();
const directory = join(folder, 'my-model');
const npm = (...args: string[]) => must('npm', args, { cwd: directory });

beforeAll(async () => {
  const result = await cli(['my-model', '--yes'], { cwd: folder, timeout: 300_000 });
  expect(result).toMatchObject({ code: 0, stdout: '' });
  expect(result.stderr).toContain('npm start');
}, 320_000);

test('it is installed as locked, and committed', async () => {
  expect(existsSync(join(directory, 'node_modules', 'onnxruntime-node'))).toBe(true);
  expect((await must('git', ['status', '--porcelain'], { cwd: directory })).stdout).toBe('');
  expect((await must('git', ['log', '--format=%s'], { cwd: directory })).stdout).toMatch(
    /^feat: stamp out my-model from create-ml-serving \d+\.\d+\.\d+\n$/,
  );
  expect((await must('git', ['branch', '--show-current'], { cwd: directory })).stdout).toBe('main\n');
  await npm('ls', '--all');
});

test('it pins every dependency exactly', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const versions = Object.values({ ...dependencies, ...devDependencies });
  expect(versions.length).toBeGreaterThan(5);
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
});

test('it lints, type-checks, passes its own tests and checks its model', async () => {
  await npm('run', 'lint');
  await npm('run', 'typecheck');
  const { stdout, stderr } = await npm('test');
  expect(stdout + stderr).toMatch(/Tests: +\d+ passed/);
  await npm('run', 'check');
}, 600_000);

test('npm run predict answers the training library’s numbers', async () => {
  const { tolerance, samples } = readGolden(directory);
  const { stdout } = await npm(
    'run',
    '--silent',
    'predict',
    '--',
    JSON.stringify(samples.map(({ instance }) => instance)),
  );
  expectClose(
    JSON.parse(stdout),
    samples.map(({ prediction }) => prediction),
    tolerance,
  );
}, 60_000);

test('node dist/server.js serves every route of the contract, and ends when it is told to', async () => {
  const serving = await serve(directory);
  try {
    const { tolerance, samples } = readGolden(directory);
    const answer = await post(`${serving.url}/predict`, { instances: samples.map(({ instance }) => instance) });
    expect(answer).toMatchObject({
      status: 200,
      body: { model_name: 'my-model', model_version: '1.0.0', id: expect.any(String) },
    });
    expectClose(
      (answer.body as { predictions: unknown }).predictions,
      samples.map(({ prediction }) => prediction),
      tolerance,
    );

    const routes = [
      '/health',
      '/metadata',
      '/labels',
      '/metrics',
      '/predict/test',
      '/v2',
      '/v2/health/live',
      '/v2/models/my-model',
      '/openapi.json',
      '/',
    ];
    for (const route of routes) expect([route, (await fetch(serving.url + route)).status]).toEqual([route, 200]);
    expect(await (await fetch(`${serving.url}/metadata`)).json()).toMatchObject({
      model_name: 'my-model',
      template_version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(await post(`${serving.url}/predict`, '{')).toMatchObject({
      status: 400,
      body: { error: expect.any(String), code: expect.any(String) },
    });
  } finally {
    expect(await serving.stop()).toBe(0);
  }
}, 60_000);

test('npm start builds what is missing, serves, and passes the signal on', async () => {
  rmSync(join(directory, 'dist'), { recursive: true, force: true });
  const serving = await serveBy(['npm', 'start'], directory);
  const answer = await fetch(`${serving.url}/predict/test`);
  expect(await answer.json()).toMatchObject({ agrees: true });
  await serving.stop();
  // npm may be gone before the service has drained.
  const deadline = Date.now() + 20_000;
  while (!serving.log().includes('"stopped"') && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(serving.log()).toContain('"msg":"stopped"');
  await expect(fetch(serving.url)).rejects.toThrow();
}, 60_000);

test('a setting that is wrong ends the start and is named', async () => {
  const { code, stdout, stderr } = await run('npm', ['start'], {
    cwd: directory,
    env: { ...process.env, PORT: 'not a port' },
  });
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('PORT');
}, 60_000);

test('the README shows the answer that this request really gets', async () => {
  const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
  const request = /-d '(\{"instances".*\})'/.exec(readme)?.[1] as string;
  const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)?.[1] as string);
  const { stdout } = await npm('run', '--silent', 'predict', '--', request);
  expectClose(shown.predictions, JSON.parse(stdout), 5e-4);
}, 60_000);
