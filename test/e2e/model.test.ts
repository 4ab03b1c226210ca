import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { expectClose, readGolden } from './support/golden.ts';
import { repositoryRoot } from './support/packed.ts';
import { cli, must } from './support/run.ts';
import { post, serve } from './support/serve.ts';
import { stampOut } from './support/stamp-out.ts';

/* Models of five training libraries: inspected, taken in with one command, served, and equal to their library's answers. */

const MODELS = [
  'zipmap-int/model',
  'zipmap-string/model',
  'string-columns/model',
  'naive-bayes/model',
  'lightgbm/model',
  'xgboost/model',
  'torch-mlp/model',
  'torch-mlp/model-torchscript',
  'token-ids/model',
  'svc-platt/model',
];

const folder = temporaryFolder();
const fixture = (name: string) => join(repositoryRoot, 'test', 'models', `${name}.onnx`);
const goldenOf = (name: string) => join(repositoryRoot, 'test', 'models', name.split('/')[0] ?? '', 'golden.json');

/** A repository stamped out with the model, by one command. */
async function takenIn(name: string): Promise<string> {
  const directory = join(folder, name.replace('/', '-'));
  await stampOut(directory, [], ['--model', fixture(name), '--golden', goldenOf(name)]);
  return directory;
}

test.each(MODELS)(
  '%s is taken in with one command and answers as its training library, labels and numbers',
  async (name) => {
    const before = readFileSync(fixture(name));
    const directory = await takenIn(name);
    expect(readFileSync(fixture(name)).equals(before)).toBe(true);
    const bytes = readFileSync(join(directory, 'model', 'model.onnx'));
    const yaml = readFileSync(join(directory, 'serving.yaml'), 'utf8');
    expect(yaml).toContain(`sha256: ${createHash('sha256').update(bytes).digest('hex')}`);
    expect(yaml).not.toContain('placeholder');
    const check = await must('npm', ['run', 'check'], { cwd: directory });
    expect(check.stdout).toMatch(/\d golden samples agree/);
    const serving = await serve(directory);
    try {
      const { tolerance, samples } = readGolden(directory);
      const answer = await post(`${serving.url}/predict`, { instances: samples.map(({ instance }) => instance) });
      expectClose(
        (answer.body as { predictions: unknown }).predictions,
        samples.map(({ prediction }) => prediction),
        tolerance,
      );
    } finally {
      expect(await serving.stop()).toBe(0);
    }
  },
  120_000,
);

test("a model's label is its own where it is not the likeliest class", () => {
  const { samples } = readGolden(join(folder, 'svc-platt-model'));
  const likeliest = samples.map(({ prediction }) => {
    const { probabilities } = prediction as { probabilities: Record<string, number> };
    return Object.entries(probabilities).sort(([, a], [, b]) => b - a)[0]?.[0];
  });
  expect(samples.map(({ prediction }) => (prediction as { label: string }).label)).not.toEqual(likeliest);
});

test('the same by model: a repository of the interface alone, and the model released into it', async () => {
  const { stdout } = await cli(['inspect', fixture('zipmap-string/model'), '--json']);
  const { modelType, inputs, outputs } = (JSON.parse(stdout) as { schema: Record<string, unknown> }).schema;
  const directory = join(folder, 'released');
  const answers = `${directory}.json`;
  writeFileSync(answers, JSON.stringify({ modelType, inputs, outputs }));
  await stampOut(directory, [], ['--answers', answers]);
  const flags = ['--directory', directory, '--golden', goldenOf('zipmap-string/model')];
  const result = await cli(['model', fixture('zipmap-string/model'), ...flags]);
  expect([result.code, result.stderr]).toEqual([0, '']);
  expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('3 golden samples agree');
}, 120_000);

test('a changed interface needs no samples by hand: what fits no more goes, and one that fits is answered', async () => {
  const directory = join(folder, 'released');
  const result = await cli(['model', '--directory', directory, fixture('xgboost/model')]);
  expect(result.stderr).toContain('MODEL_');
  const other = await cli(['model', fixture('svc-platt/model'), '--directory', directory]);
  expect([other.code, other.stderr]).toEqual([0, '']);
  expect(other.stdout).toMatch(/golden sample 0: no longer an instance[\s\S]*golden sample 3: had no answer/);
  expect(readGolden(directory).samples).toHaveLength(1);
  expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('1 golden samples agree');
}, 120_000);

test('a second model by hand: the file and serving.yaml, no code', async () => {
  const directory = join(folder, 'by-hand');
  await stampOut(directory, ['modelType=tabular-regression']);
  const bytes = readFileSync(fixture('xgboost/model'));
  writeFileSync(join(directory, 'model', 'model.onnx'), bytes);
  const samples = (JSON.parse(readFileSync(goldenOf('xgboost/model'), 'utf8')) as { samples: object[] }).samples;
  writeFileSync(join(directory, 'model', 'golden.json'), JSON.stringify({ tolerance: 1e-5, samples }));
  const yaml = readFileSync(join(directory, 'serving.yaml'), 'utf8')
    .replace('name: X', 'name: input')
    .replace(/sha256: .*/, `sha256: ${createHash('sha256').update(bytes).digest('hex')}`)
    .replace(/nullable: true/g, 'nullable: false');
  writeFileSync(join(directory, 'serving.yaml'), yaml);
  const check = await must('npm', ['run', 'check'], { cwd: directory });
  expect(check.stdout).toContain('3 golden samples agree');
}, 120_000);

test('a model that answers otherwise than promised is not released', async () => {
  const directory = join(folder, 'zipmap-int-model');
  const before = readFileSync(join(directory, 'serving.yaml'), 'utf8');
  const golden = join(folder, 'wrong.json');
  const text = readFileSync(goldenOf('zipmap-int/model'), 'utf8');
  writeFileSync(golden, text.replace('"label": "0"', '"label": "2"'));
  const result = await cli(['model', fixture('zipmap-int/model'), '--directory', directory, '--golden', golden]);
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('MODEL_GOLDEN') });
  expect(readFileSync(join(directory, 'serving.yaml'), 'utf8')).toBe(before);
}, 120_000);
