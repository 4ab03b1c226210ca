import { join } from 'node:path';
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
