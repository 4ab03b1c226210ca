import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { repositoryRoot } from './support/packed.ts';
import { must } from './support/run.ts';
import { serve } from './support/serve.ts';

/* The template's base is a working project where it lies: it is developed there. */

const base = join(repositoryRoot, 'template-files', 'base');
const npm = (...args: string[]) => must('npm', args, { cwd: base });

test('it installs, lints, type-checks, tests and starts in place', async () => {
  await npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
  await npm('run', 'lint');
  await npm('run', 'typecheck');
  await npm('test');
  const serving = await serve(base);
  expect(await (await fetch(`${serving.url}/predict/test`)).json()).toMatchObject({ agrees: true });
  expect(await serving.stop()).toBe(0);
}, 900_000);

test('rendered with the default answers it is, to the byte, what users get', () => {
  const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string };
  const template = loadTemplate(join(repositoryRoot, 'template-files'), version);
  const answers = settleAnswers(
    {},
    { directoryName: 'my-model', sample: (modelType) => sampleOf(template, modelType) },
  );
  const own = [...template.files].filter(
    ([path]) => path.startsWith('base/') && !path.startsWith('base/runtime-tests/') && !path.endsWith('.ejs'),
  );
  const tree = renderTree(answers, template);
  const different = own
    .map(([path, bytes]) => [path.slice(5).replace(/(^|\/)_(?=git|npm)/, '$1.'), bytes] as const)
    .filter(([path, bytes]) => Buffer.compare(Buffer.from(tree.get(path)?.bytes ?? ''), Buffer.from(bytes)) !== 0)
    .map(([path]) => path);
  expect(own.length).toBeGreaterThan(50);
  expect(different).toEqual([]);
});
