import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
];

const folder = temporaryFolder();
const fixture = (name: string) => join(repositoryRoot, 'test', 'models', `${name}.onnx`);
const goldenOf = (name: string) => join(repositoryRoot, 'test', 'models', name.split('/')[0] ?? '', 'golden.json');

interface Schema {
  readonly modelType: string;
  readonly inputs: object[];
  readonly outputs: object[];
}

/** A repository with the interface that `inspect` proposes, and the model released into it. */
async function released(name: string): Promise<string> {
  const { stdout } = await cli(['inspect', fixture(name), '--json']);
  const { modelType, inputs, outputs } = (JSON.parse(stdout) as { schema: Schema }).schema;
  const directory = join(folder, name.replace('/', '-'));
  const answers = `${directory}.json`;
  writeFileSync(answers, JSON.stringify({ modelType, inputs, outputs }));
  await stampOut(directory, [], ['--answers', answers]);
  // A model of token ids is nothing without the tokenizer that it was trained with.
  const tokenizer = join(dirname(fixture(name)), 'tokenizer.json');
  if (existsSync(tokenizer)) copyFileSync(tokenizer, join(directory, 'model', 'tokenizer.json'));
  const result = await cli(['model', fixture(name), '--directory', directory, '--golden', goldenOf(name)]);
  expect([result.code, result.stderr]).toEqual([0, '']);
  return directory;
}

test.each(MODELS)(
  '%s answers as its training library',
  async (name) => {
    const directory = await released(name);
    await must('npm', ['run', 'check'], { cwd: directory });
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
