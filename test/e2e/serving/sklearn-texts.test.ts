import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { cli, must } from '../support/run.ts';
import { post, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* Text models of scikit-learn answer awkward texts as scikit-learn did (test/models/sklearn-texts/train.py wrote its answers). */

const models = join(repositoryRoot, 'test', 'models', 'sklearn-texts');
const { texts, labels, answers }: { texts: string[]; labels: string[]; answers: Record<string, number[][]> } =
  JSON.parse(readFileSync(join(models, 'expected.json'), 'utf8'));
const folder = temporaryFolder();

type Answer = { readonly predictions: readonly { readonly probabilities: Readonly<Record<string, number>> }[] };

/** The texts that a service answers otherwise than scikit-learn. */
async function differences(name: string): Promise<string[]> {
  const directory = join(folder, name);
  await stampOut(directory, [], ['--model', join(models, `${name}.onnx`)]);
  await must('npm', ['run', 'build'], { cwd: directory });
  const serving = await serve(directory);
  try {
    const found: string[] = [];
    for (let at = 0; at < texts.length; at += 50) {
      const instances = texts.slice(at, at + 50);
      const { status, body } = await post(`${serving.url}/predict`, { instances });
      expect(status).toBe(200);
      (body as Answer).predictions.forEach(({ probabilities }, i) => {
        const own = answers[name]?.[at + i] ?? [];
        const isSame = labels.every((label, j) => Math.abs((probabilities[label] ?? 0) - (own[j] ?? 0)) < 1e-4);
        if (!isSame) found.push(instances[i] as string);
      });
    }
    return found;
  } finally {
    expect(await serving.stop()).toBe(0);
  }
}

test('the texts are many', () => {
  expect(new Set(texts).size).toBeGreaterThanOrEqual(300);
});

test.each(['words', 'neighbours', 'cased', 'letters', 'spaces', 'ascii'])(
  'a model of %s answers every text as scikit-learn',
  async (name) => {
    expect(await differences(name)).toEqual([]);
  },
  120_000,
);

const SPACES = /\s\s/u;

test('a model of characters does where no spaces follow each other, and says so', async () => {
  expect((await differences('characters')).filter((text) => !SPACES.test(text))).toEqual([]);
  const args = ['noted', '--yes', '--no-git', '--no-install', '--model', join(models, 'characters.onnx')];
  expect((await cli(args, { cwd: folder })).stderr).toContain('several spaces in a row');
}, 120_000);

test('neighbours across dropped words are named', async () => {
  const args = ['across', '--yes', '--no-git', '--no-install', '--model', join(models, 'dropped.onnx')];
  expect((await cli(args, { cwd: folder })).stderr).toContain('if training dropped stop words first');
});
