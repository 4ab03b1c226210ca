import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { repositoryRoot } from './support/packed.ts';
import { must, run } from './support/run.ts';
import { stampOut } from './support/stamp-out.ts';

/* What the README's part "Change something" says: each change, and after it the commands that the text names, as it names them. */

const directory = join(temporaryFolder(), 'changed');
const path = (file: string) => join(directory, file);
const edit = (file: string, change: (text: string) => string) => {
  const before = readFileSync(path(file), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path(file), after);
};
const samples = (): { instance: unknown; prediction: unknown }[] =>
  JSON.parse(readFileSync(path('model/golden.json'), 'utf8')).samples;
const check = () => run('npm', ['run', 'check'], { cwd: directory });

/** The commands of the part that begins with these words. */
function commandsOf(title: string): string[] {
  const [, part = ''] = readFileSync(path('README.md'), 'utf8').split(`**${title}`);
  const [, block = ''] = /```sh\n([^`]+)```/.exec(part) ?? [];
  return block.trim().split('\n');
}

async function runAll(title: string): Promise<void> {
  const commands = commandsOf(title);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) {
    const [program = '', ...args] = command.split(' ');
    await must(program, args, { cwd: directory });
  }
}

/** Puts a model where the README says, and edits serving.yaml. */
function putModel(file: string, version: string): void {
  copyFileSync(file, path('model/model.onnx'));
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  edit('serving.yaml', (text) =>
    text.replace(/version: "[^"]+"/, `version: "${version}"`).replace(/sha256: [0-9a-f]{64}/, `sha256: ${sha256}`),
  );
}

beforeAll(() => stampOut(directory, ['name=changed']), 600_000);

test('a label is renamed', async () => {
  edit('serving.yaml', (text) => text.replace('labels: [setosa, ', 'labels: [bristle, '));
  expect((await check()).code).toBe(1);
  await runAll('Rename a label');
  expect(JSON.stringify(samples())).toContain('"label":"bristle"');
  // Also the reference of drift, for which there may be no training data.
  expect((await check()).stdout).not.toContain('Drift is not watched');
  await must('npm', ['test'], { cwd: directory });
}, 600_000);

test('a feature is renamed', async () => {
  for (const file of ['serving.yaml', 'model/golden.json', 'model/reference.json']) {
    edit(file, (text) => text.replaceAll('petal_width', 'petal_breadth'));
  }
  const { code, stdout } = await check();
  expect([code, stdout.includes('Drift is not watched')]).toEqual([0, false]);
}, 600_000);

test('another model is released by file and YAML', async () => {
  const model = join(repositoryRoot, 'template-files/base/runtime-tests/fixtures/sample/model/candidate.onnx');
  putModel(model, '1.1.0');
  await must('npm', ['run', 'golden', '--', '--write'], { cwd: directory });
  await runAll('Release another model');
  expect((await check()).stdout).toContain(' 1.1.0 (');
}, 600_000);

test('an input feature is added', async () => {
  const other = `${directory}-wider`;
  const features = ['a', 'b', 'c', 'd', 'e'].join(',');
  await stampOut(other, [`inputs=float_input:FP32[-1,5]{${features}}`]);
  putModel(join(other, 'model/model.onnx'), '2.0.0');
  edit('serving.yaml', (text) =>
    text
      .replace('shape: [-1, 4]', 'shape: [-1, 5]')
      .replace(
        /( +)- \{ name: petal_breadth.*\n/,
        (line, indent) => `${line}${indent}- { name: soil, min: 0, max: 9 }\n`,
      ),
  );
  await runAll('Add an input feature');
  expect(samples()).toEqual([
    { instance: expect.objectContaining({ soil: expect.any(Number) }), prediction: expect.anything() },
  ]);
  await must('npm', ['test'], { cwd: directory });
}, 600_000);
