import { join } from 'node:path';
import type { Question } from '../../generators/questions/question.ts';
import { questions } from '../../generators/questions/questions.ts';
import { temporaryFolder } from './support/folder.ts';
import { expectClose, readGolden } from './support/golden.ts';
import { must } from './support/run.ts';
import { post, serve } from './support/serve.ts';
import { stampOut } from './support/stamp-out.ts';

/*
 * Every value of every choice, and interfaces of a team's own, executed: lint, type-check, test, check, start, predict.
 * The dependencies are the same in all of them, so they are installed once.
 */
const CASES: Readonly<Record<string, readonly string[]>> = {
  'tabular-classification, own interface, the other answers': [
    'ci=github',
    'node=24',
    'modelType=tabular-classification',
    'inputs=float_input:FP32[-1,2]{tenure,charge}',
    'outputs=probabilities:FP32[-1,2]{stays,leaves}',
    'description=Says "who" & <why>: it\'s 100 % `safe` $HOME',
    'modelVersion=2.1.0-rc.1',
    'owner=growth',
    'contact=#growth: ask "us"',
    'registry=localhost:5000/a/b',
    'platforms=amd64',
    'exposure=none',
    'rollout=rolling',
    'modelSource=image',
    'cpu=500m',
    'memory=1Gi',
  ],
  'tabular-regression, GitLab': [
    'modelType=tabular-regression',
    'ci=gitlab',
    'node=22',
    'platforms=arm64',
    'exposure=ingress',
    'ingressClass=nginx',
    'certificateIssuer=Issuer/internal',
    'monitoringLabel=none',
    'rollout=canary',
    'modelSource=storage',
  ],
  'tabular-regression, own interface': [
    'modelType=tabular-regression',
    'inputs=area:FP32[-1,1]{m2}; rooms:INT64[-1,1]{rooms}; city:BYTES[-1,1]{city}',
    'outputs=price:FP32[-1,1]',
  ],
  'custom, no pipeline': ['modelType=custom', 'ci=none', 'node=20', 'platforms=amd64,arm64', 'exposure=gateway'],
  'custom, own interface': [
    'modelType=custom',
    'inputs=ids:INT64[-1,8]; mask:BOOL[-1,8]; text:BYTES[-1]',
    'outputs=y:FP64[-1,2,3]; z:BYTES[-1]; n:INT64[-1]',
  ],
  'image-classification': ['modelType=image-classification'],
  'text-classification': ['modelType=text-classification'],
};

test('every choice of every question is among the cases', () => {
  const set = new Set(Object.values(CASES).flat());
  const choices = (questions as readonly Question[]).flatMap((question) =>
    question.type === 'choice' ? question.choices.map(({ value }) => `${question.name}=${value}`) : [],
  );
  expect(choices.filter((choice) => !set.has(choice))).toEqual([]);
});

const folder = temporaryFolder();

describe.each(Object.entries(CASES))('%s', (title, answers) => {
  const directory = join(folder, title.replace(/[^a-z]+/g, '-'));
  const npm = (...args: string[]) => must('npm', args, { cwd: directory });

  test('lints, type-checks, tests, checks, starts and predicts', async () => {
    await stampOut(directory, ['name=any-name', ...answers]);
    await npm('run', 'lint');
    await npm('run', 'typecheck');
    await npm('test');
    await npm('run', 'check');
    const serving = await serve(directory);
    try {
      const { tolerance, samples } = readGolden(directory);
      expect(samples.length).toBeGreaterThan(0);
      const answer = await post(`${serving.url}/predict`, { instances: samples.map(({ instance }) => instance) });
      expect(answer).toMatchObject({ status: 200 });
      expectClose(
        (answer.body as { predictions: unknown }).predictions,
        samples.map(({ prediction }) => prediction),
        tolerance,
      );
      expect(await (await fetch(`${serving.url}/predict/test`)).json()).toMatchObject({ agrees: true });
    } finally {
      expect(await serving.stop()).toBe(0);
    }
  }, 600_000);
});
