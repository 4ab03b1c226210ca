import { cpSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { nodeOf } from './support/node-versions.ts';
import { repositoryRoot } from './support/packed.ts';
import { must } from './support/run.ts';
import { stampOut } from './support/stamp-out.ts';

/*
 * The unit tests of the runtime stay in this project. CI runs them where the template lies; what is not there (the code for pictures and
 * texts, the oldest Node.js) they are brought to: a created repository.
 */

const template = join(repositoryRoot, 'template-files');
const folder = temporaryFolder();

async function withRuntimeTests(name: string, answers: readonly string[], overlay?: string): Promise<string> {
  const directory = join(folder, name);
  await stampOut(directory, answers);
  const tests = join(directory, 'runtime-tests');
  cpSync(join(template, 'base', 'runtime-tests'), tests, { recursive: true });
  if (overlay) cpSync(join(template, 'features', overlay, 'runtime-tests'), tests, { recursive: true });
  return directory;
}

test.each([
  ['image-classification', 'images|picture|png'],
  ['text-classification', 'tokens|texts'],
])(
  'the tests of %s pass in a repository of such a model',
  async (modelType, files) => {
    const cwd = await withRuntimeTests(modelType, [`modelType=${modelType}`], modelType);
    const { stderr } = await must(process.execPath, ['runtime-tests/run.mjs', '--testPathPatterns', files], { cwd });
    expect(stderr).toMatch(/Tests: +[1-9]\d* passed/);
  },
  600_000,
);

test('all of them pass on the oldest Node.js', async () => {
  const path = await nodeOf('20');
  const cwd = await withRuntimeTests('on-20', ['features=all', 'modelSource=storage']);
  const env = { ...process.env, PATH: `${path}${delimiter}${process.env['PATH']}` };
  const { stderr } = await must(join(path, 'node'), ['runtime-tests/run.mjs'], { cwd, env, timeout: 900_000 });
  expect(stderr).toMatch(/Tests: +[1-9]\d* passed/);
}, 1_000_000);
