import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEATURE_NAMES } from '../../generators/questions/features.ts';
import { temporaryFolder } from './support/folder.ts';
import { readGolden } from './support/golden.ts';
import { cli, must } from './support/run.ts';
import { post, serve } from './support/serve.ts';
import { stampOut } from './support/stamp-out.ts';

/* Every feature alone, none and the default, executed. All of them together are in the other tests. */

const folder = temporaryFolder();
const CHOICES = ['none', 'default', ...FEATURE_NAMES.filter((name) => name !== 'page')];

describe.each(CHOICES)('a repository with features=%s', (choice) => {
  const directory = join(folder, `with-${choice}`);
  const npm = (...args: string[]) => must('npm', args, { cwd: directory });

  test('lints, type-checks, tests, checks, starts, predicts and ends', async () => {
    await stampOut(directory, [`features=${choice}`]);
    await npm('run', 'lint');
    await npm('run', 'typecheck');
    await npm('test');
    await npm('run', 'check');
    const serving = await serve(directory);
    try {
      const { samples } = readGolden(directory);
      const answer = await post(`${serving.url}/predict`, { instances: samples.map(({ instance }) => instance) });
      expect(answer).toMatchObject({ status: 200 });
      expect((await fetch(`${serving.url}/`)).status).toBe(choice === 'default' ? 200 : 404);
      const feedback = await post(`${serving.url}/feedback`, {});
      expect(feedback.status === 404).toBe(choice !== 'feedback');
    } finally {
      expect(await serving.stop()).toBe(0);
    }
  }, 300_000);
});

/** With as many packages as the choices and types of models can differ in. */
const LOCKS = ['none', 'default', 'all', ...FEATURE_NAMES].flatMap((features) => [[features, 'tabular-regression']]);
const OVERLAYS = ['image-classification', 'text-classification'].map((modelType) => ['none', modelType]);

test.each([...LOCKS, ...OVERLAYS])(
  'npm finds nothing to change in the lock file of features=%s, %s',
  async (features, modelType) => {
    const made = join(folder, `lock-${features}-${modelType}`);
    const set = ['--set', `features=${features}`, '--set', `modelType=${modelType}`];
    expect((await cli([made, '--yes', '--no-git', '--no-install', ...set])).code).toBe(0);
    const alone = `${made}-alone`;
    mkdirSync(alone);
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(join(made, file), join(alone, file));
    const install = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];
    await must('npm', install, { cwd: alone });
    for (const file of ['package.json', 'package-lock.json'])
      expect(readFileSync(join(alone, file), 'utf8')).toBe(readFileSync(join(made, file), 'utf8'));
  },
  120_000,
);

test('a key of a feature that is not chosen is refused by the service’s own check, with its name', async () => {
  const directory = join(folder, 'key');
  await stampOut(directory, ['features=none']);
  const file = join(directory, 'serving.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\npredictionLog:\n  mode: all\n`);
  await expect(must('npm', ['run', 'check'], { cwd: directory })).rejects.toThrow('predictionLog');
});
