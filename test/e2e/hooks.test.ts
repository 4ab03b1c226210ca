import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { readGolden } from './support/golden.ts';
import { must } from './support/run.ts';
import { post, serve } from './support/serve.ts';
import { stampOut } from './support/stamp-out.ts';

/* A team's own hooks, as their files show them and as they were until 0.9: a repository with them is as green as one without. */

const directory = join(temporaryFolder(), 'hooked');
const npm = (...args: string[]) => must('npm', args, { cwd: directory });

/** Puts the example of a hook's comment in the place of the empty hook. */
function takeExample(name: string, change: (example: string) => string = (example) => example): void {
  const path = join(directory, 'src/hooks', `${name}.ts`);
  const text = readFileSync(path, 'utf8');
  const [, comment = ''] = /^ \*\n( \* {5}export const [\s\S]*?) \*\/$/m.exec(text) ?? [];
  const example = change(comment.replace(/^ \* {5}/gm, ''));
  expect(example).toMatch(`export const ${name} = `);
  const define = name === 'preprocess' ? 'definePreprocess' : 'definePostprocess';
  writeFileSync(
    path,
    text
      .replace(/^export const \w+: \w+ \| undefined = undefined;\n/m, () => example)
      .replace(/^import type .*/m, `import { ${define} } from '#runtime/api';`),
  );
}

/** A hook of 0.9: of one instance, with its own type. */
const OLD_POSTPROCESS = `export type Postprocess = (prediction: unknown, instance: unknown) => unknown;

export const postprocess: Postprocess | undefined = (prediction) => {
  const { label, probabilities } = prediction as { label: string; probabilities: Record<string, number> };
  return { label, certain: (probabilities[label] ?? 0) > 0.9 };
};
`;

/** What clients send, where the hook makes centimetres of millimetres. */
function inMillimetres(instance: unknown): unknown {
  const { sepal_length, ...rest } = instance as { sepal_length: number };
  return { ...rest, sepal_length_mm: sepal_length * 10 };
}

/** The file as it is created. */
let seeded = '';

beforeAll(async () => {
  await stampOut(directory, ['name=hooked']);
  seeded = readFileSync(join(directory, 'src/hooks/postprocess.ts'), 'utf8');
  writeFileSync(join(directory, 'src/hooks/postprocess.ts'), OLD_POSTPROCESS);
  takeExample('preprocess', (example) =>
    example.replaceAll('length_mm', 'sepal_length_mm').replace('length_cm', 'sepal_length'),
  );
  const { tolerance, samples } = readGolden(directory);
  const sent = samples.map(({ instance, prediction }) => ({ instance: inMillimetres(instance), prediction }));
  writeFileSync(join(directory, 'model/golden.json'), JSON.stringify({ tolerance, samples: sent }));
}, 600_000);

test('lints, type-checks, tests and checks', async () => {
  for (const args of [['run', 'lint'], ['run', 'typecheck'], ['test'], ['run', 'check']]) await npm(...args);
}, 600_000);

test('a CSV file says to a preprocess hook what JSON says', async () => {
  const [sample] = readGolden(directory).samples;
  const instance = sample?.instance as Record<string, number>;
  writeFileSync(join(directory, 'rows.csv'), `${Object.keys(instance)}\n${Object.values(instance)}\n`);
  await npm('run', 'batch', '--', '--input', 'rows.csv', '--output', 'out.jsonl');
  const serving = await serve(directory);
  try {
    const { status, body } = await post(`${serving.url}/predict`, { instances: [instance] });
    const { predictions } = body as { predictions: unknown[] };
    expect([status, predictions]).toEqual([200, [{ label: 'setosa', certain: true }]]);
    const { prediction } = JSON.parse(readFileSync(join(directory, 'out.jsonl'), 'utf8'));
    expect(prediction).toEqual(predictions[0]);
  } finally {
    expect(await serving.stop()).toBe(0);
  }
}, 60_000);

test('the example of postprocess gives the same answers', async () => {
  writeFileSync(join(directory, 'src/hooks/postprocess.ts'), seeded);
  takeExample('postprocess');
  for (const args of [
    ['run', 'lint'],
    ['run', 'typecheck'],
  ])
    await npm(...args);
  const [sample] = readGolden(directory).samples;
  const serving = await serve(directory);
  try {
    const { body } = await post(`${serving.url}/predict`, { instances: [sample?.instance] });
    expect((body as { predictions: unknown[] }).predictions).toEqual([{ label: 'setosa', certain: true }]);
  } finally {
    expect(await serving.stop()).toBe(0);
  }
}, 120_000);
