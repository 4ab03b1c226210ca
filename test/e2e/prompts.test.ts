import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Question } from '../../generators/questions/question.ts';
import { questions as all } from '../../generators/questions/questions.ts';
import { temporaryFolder } from './support/folder.ts';
import { cli } from './support/run.ts';
import { CTRL_C, DOWN, ENTER, terminal } from './support/terminal.ts';

const questions = (all as readonly Question[]).filter(({ asked }) => asked !== false);
const folder = temporaryFolder();
const QUIET = ['--no-install', '--no-git'];
const answersIn = (name: string) => parse(readFileSync(join(folder, name, '.ml-serving', 'answers.yaml'), 'utf8'));

/** Every file of a stamped-out repository, by path. */
const contentsOf = (name: string) =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file.slice(join(folder, name).length), readFileSync(file, 'base64')]);

test('every question is asked once, and its default taken with Enter gives what --yes gives', async () => {
  const person = terminal(['asked', ...QUIET], folder);
  for (const question of questions) {
    await person.see(question.message);
    person.type(ENTER);
  }
  expect(await person.ended()).toBe(0);
  await person.see('npm start');
  expect(person.screen()).not.toMatch(/yeoman|yo'/i);

  await cli(['yes', '--yes', ...QUIET, '--set', 'name=asked'], { cwd: folder });
  expect(contentsOf('asked')).toEqual(contentsOf('yes'));
}, 60_000);

test('answers are typed and chosen, a wrong one is said at once, and flags are not asked again', async () => {
  const person = terminal(['typed', ...QUIET, '--set', 'modelType=custom', '--set', 'ci=none'], folder);
  await person.see('Name of the service');
  person.type(`Bad Name${ENTER}`);
  await person.see('must be lower-case letters');
  person.type(`${'\u007f'.repeat(8)}churn${ENTER}`);
  await person.see('What it predicts');
  person.type(`Says "who" leaves${ENTER}`);
  await person.see('Name of the model');
  person.type(ENTER);
  await person.see('Version of the model');
  person.type(ENTER);
  await person.see('Inputs of the model');
  person.type(`x:FLOAT[-1,2]${ENTER}`);
  await person.see('expected one of BOOL');
  person.type(`${'\u007f'.repeat(13)}x:FP32[-1,2]{a,b}${ENTER}`);
  await person.see('Outputs of the model');
  person.type(`y:FP32[-1,1]${ENTER}`);
  for (const message of ['Team that owns it', 'Where to reach', 'Container registry']) {
    await person.see(message);
    person.type(ENTER);
  }
  await person.see('Node.js release line');
  person.type(DOWN + ENTER);
  await person.see('Features of the service');
  person.type(`${DOWN} ${ENTER}`);
  expect(await person.ended()).toBe(0);
  expect(person.screen()).not.toContain('CI provider');
  expect(answersIn('typed')).toMatchObject({
    name: 'churn',
    description: 'Says "who" leaves',
    modelType: 'custom',
    modelName: 'churn',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2], features: [{ name: 'a' }, { name: 'b' }] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
    ci: 'none',
    node: '22',
    features: ['drift', 'page'],
  });
}, 60_000);

test('what a preset locks is not asked, and what it has as a default is proposed', async () => {
  const preset = join(folder, 'company.yaml');
  writeFileSync(
    preset,
    'infrastructure: { locks: { ci: gitlab }, defaults: { owner: growth } }\nml: { locks: { node: 22 } }\n',
  );
  const person = terminal(['governed', ...QUIET, '--preset', preset], folder);
  await person.see('Under the policy of company, which fixes ci, node');
  for (const { name, message } of questions.filter(({ name }) => name !== 'ci' && name !== 'node')) {
    await person.see(message);
    if (name === 'owner') await person.see('growth');
    person.type(ENTER);
  }
  expect(await person.ended()).toBe(0);
  expect(person.screen()).not.toMatch(/CI provider|Node\.js release line/);
  expect(answersIn('governed')).toMatchObject({
    ci: 'gitlab',
    node: '22',
    owner: 'growth',
    registry: 'registry.gitlab.com/growth',
  });
}, 60_000);

test.each(questions.map((question, i) => [question.name, i]))(
  'Ctrl-C at %s leaves nothing behind',
  async (_name, index) => {
    const person = terminal(['stopped', ...QUIET], folder);
    for (const question of questions.slice(0, index)) {
      await person.see(question.message);
      person.type(ENTER);
    }
    await person.see(questions[index]?.message as string);
    person.type(CTRL_C);
    expect(await person.ended()).toBe(1);
    await person.see('CANCELLED');
    expect(existsSync(join(folder, 'stopped'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  },
  60_000,
);

test('Ctrl-C while npm installs leaves the repository, and says what is missing', async () => {
  const person = terminal(['interrupted', '--yes', '--no-git'], folder);
  await person.see('Installing dependencies');
  await new Promise((resolve) => setTimeout(resolve, 300));
  person.type(CTRL_C);
  expect(await person.ended()).toBe(4);
  await person.see('INSTALL_FAILED');
  expect(existsSync(join(folder, 'interrupted', '.ml-serving', 'manifest.json'))).toBe(true);
}, 60_000);
