import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from './support/folder.ts';
import { installedPackage } from './support/packed.ts';
import { cli, must, type Result, run } from './support/run.ts';
import { dependenciesOf } from './support/stamp-out.ts';
import { ENTER, terminal } from './support/terminal.ts';

const folder = temporaryFolder();
const NEXT = '99.0.0';
const nextPackage = join(folder, 'next');
const repository = join(folder, 'my-model');

const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const git = (...args: string[]) =>
  must('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repository });

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(file, text.replace(from, to));
}

/** The packed package as a later release would be: another version, and changes in the template. */
function releaseNext(): void {
  cpSync(installedPackage, nextPackage, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(nextPackage, 'package.json'), 'utf8')) as { version: string };
  edit(join(nextPackage, 'package.json'), `"version": "${version}"`, `"version": "${NEXT}"`);
  const base = join(nextPackage, 'template-files', 'base');
  edit(join(base, 'package.json'), '"scripts": {', '"scripts": {\n    "hello": "node --version",');
  edit(join(base, 'serving.yaml'), 'outputs:', '# What comes back.\noutputs:');
  writeFileSync(
    join(base, 'runtime', 'added-later.ts'),
    '/** Came with a later version. */\nexport const addedLater = true;\n',
  );
  const app = readFileSync(join(base, 'runtime', 'http', 'app.ts'), 'utf8');
  writeFileSync(join(base, 'runtime', 'http', 'app.ts'), `// A later version says so here.\n${app}`);
  // Seeded: later changes of the template are never brought to it.
  const server = readFileSync(join(base, 'src', 'server.ts'), 'utf8');
  writeFileSync(join(base, 'src', 'server.ts'), `// A later version says so here.\n${server}`);
}

function next(...args: string[]): Promise<Result> {
  return run(process.execPath, [join(nextPackage, 'dist', 'create-ml-serving.js'), ...args], { cwd: repository });
}

beforeAll(async () => {
  releaseNext();
  const made = await cli([repository, '--yes', '--no-git', '--no-install']);
  expect(made.code).toBe(0);
  await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('commit', '-q', '-m', 'stamp out');
});

test('an edited repository goes to the next release with the real template, and its own tests pass', async () => {
  const app = read('runtime/http/app.ts');
  const server = read('src/server.ts');
  writeFileSync(join(repository, 'runtime', 'http', 'app.ts'), `${app}\n/** Ours. */\nexport const ours = 1;\n`);
  edit(join(repository, 'package.json'), '"scripts": {', '"scripts": {\n    "ours": "node --version",');
  edit(join(repository, 'serving.yaml'), 'timeoutMs: 1000', 'timeoutMs: 1500 # ours');
  await git('commit', '-q', '-a', '-m', 'work');

  expect((await next('regenerate', '--check')).code).toBe(2);
  const { code, stdout, stderr } = await next('regenerate');
  expect({ code, stderr: stderr.includes('conflict') }).toEqual({ code: 0, stderr: false });
  expect(stdout).toContain(`→ ${NEXT}`);

  expect(read('src/server.ts')).toBe(server);
  expect(read('runtime/http/app.ts')).toMatch(/^\/\/ A later version[\s\S]*export const ours = 1;\n$/);
  expect(JSON.parse(read('package.json')).scripts).toMatchObject({ hello: 'node --version', ours: 'node --version' });
  expect(read('serving.yaml')).toMatch(/# What comes back\.\noutputs:[\s\S]*timeoutMs: 1500 # ours/);
  expect(existsSync(join(repository, 'runtime', 'added-later.ts'))).toBe(true);
  await git('add', '-A');
  await git('commit', '-q', '-m', 'upgrade');
  expect(await next('regenerate', '--check')).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('runtime/http/app.ts'),
  });

  symlinkSync(await dependenciesOf(repository), join(repository, 'node_modules'), 'junction');
  await must('npm', ['run', 'typecheck'], { cwd: repository });
  await must('npm', ['test'], { cwd: repository, timeout: 600_000 });
}, 900_000);

test('a new question is asked at a terminal, and only that', async () => {
  const asked = join(folder, 'asked');
  await cli([asked, '--yes', '--no-git', '--no-install']);
  const answers = join(asked, '.ml-serving', 'answers.yaml');
  writeFileSync(answers, readFileSync(answers, 'utf8').replace(/^owner: .*\n/m, ''));
  const person = terminal(['regenerate'], asked);
  await person.see('Team that owns it');
  person.type(`vision${ENTER}`);
  expect(await person.ended()).toBe(0);
  expect(person.screen()).not.toContain('Name of the service');
  expect(parse(readFileSync(answers, 'utf8')).owner).toBe('vision');
}, 60_000);
