import fs, { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { bin } from './support/packed.ts';
import { cli, run } from './support/run.ts';

/* What a person, or somebody hostile, gets wrong: an error with its code, and nothing left behind. */

const folder = temporaryFolder();
const QUIET = ['--yes', '--no-install', '--no-git'];
let count = 0;
const fresh = () => {
  const path = join(folder, `case-${++count}`);
  mkdirSync(path);
  return path;
};

async function refuses(args: string[], code: string, message: RegExp, cwd = fresh(), env = process.env) {
  const before = readdirSync(cwd, { recursive: true }).sort();
  const result = await cli(args, { cwd, env });
  expect(result.stderr).toContain(`error ${code}: `);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toContain('→ ');
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.code).toBe(1);
  expect(readdirSync(cwd, { recursive: true }).sort()).toEqual(before);
}

test.each([
  [['my-model', '--set', 'nmae=x'], 'ANSWERS_INVALID', /nmae: unknown key; did you mean name\?/],
  [['my-model', '--set', 'name=../evil'], 'ANSWERS_INVALID', /name: "\.\.\/evil" must be/],
  [['my-model', '--set', 'name=http'], 'ANSWERS_INVALID', /npm refuses/],
  [['My Model'], 'ANSWERS_INVALID', /--set name=my-model/],
  [['node_modules'], 'ANSWERS_INVALID', /name: "node_modules"/],
  [['my-model', '--set', 'ci=jenkins'], 'ANSWERS_INVALID', /expected one of github, gitlab, none/],
  [['my-model', '--set', 'registry=x$(id)'], 'ANSWERS_INVALID', /registry: /],
  [['my-model', '--set', 'description=a\nb'], 'ANSWERS_INVALID', /one line/],
  [['my-model', '--set', 'inputs=x:FLOAT[1]'], 'ANSWERS_INVALID', /inputs\[0\]\.datatype/],
  [['my-model', '--answers', 'missing.yaml'], 'ANSWERS_UNREADABLE', /missing\.yaml/],
  [['my-model', '--answers', '.'], 'ANSWERS_UNREADABLE', /\. cannot be read/],
  [['my-model', '--answers', '/dev/zero'], 'ANSWERS_INVALID', /larger than/],
  [[], 'USAGE', /Which directory/],
  [['my-model', '--unknown'], 'USAGE', /--unknown/],
  [['my-model', 'another'], 'USAGE', /too many arguments/],
  [['my-model', '--set'], 'USAGE', /argument missing/],
  [[''], 'DIRECTORY_INVALID', /no name/],
  [['/'], 'DIRECTORY_INVALID', /root/],
])('%j is refused with %s', (args, code, message) => refuses([...QUIET, ...args], code, message));

test('an answers file: every problem with its line', async () => {
  const cwd = fresh();
  writeFileSync(join(cwd, 'answers.yaml'), 'name: ok\nnmae: x\nci: jenkins\nmodelVersion: 1.0\n');
  await refuses(
    ['my-model', '--answers', 'answers.yaml', ...QUIET],
    'ANSWERS_INVALID',
    /answers\.yaml:2: nmae[\s\S]*answers\.yaml:3: ci[\s\S]*answers\.yaml:4: modelVersion/,
    cwd,
  );
});

test('a directory that holds something: what is there is listed, nothing is touched', async () => {
  const cwd = fresh();
  mkdirSync(join(cwd, 'my-model'));
  writeFileSync(join(cwd, 'my-model', 'thesis.tex'), 'years of work');
  await refuses(['my-model', ...QUIET], 'DIRECTORY_NOT_EMPTY', /it holds thesis\.tex\.[\s\S]*--force/, cwd);
  expect(readFileSync(join(cwd, 'my-model', 'thesis.tex'), 'utf8')).toBe('years of work');
});

test('--force writes the template’s files, touches no others, and keeps what it overwrote', async () => {
  const cwd = fresh();
  const directory = join(cwd, 'my-model');
  mkdirSync(join(directory, 'src'), { recursive: true });
  writeFileSync(join(directory, 'thesis.tex'), 'years of work');
  writeFileSync(join(directory, 'README.md'), 'my readme');
  const result = await cli(['my-model', '--force', ...QUIET], { cwd });
  expect(result.code).toBe(0);
  expect(result.stderr).toContain('Overwrote README.md; what they held is in .ml-serving/local/overwritten/1/');
  expect(readFileSync(join(directory, 'thesis.tex'), 'utf8')).toBe('years of work');
  expect(readFileSync(join(directory, 'README.md'), 'utf8')).toContain('# my-model');
});

test('--force over a stamped-out repository keeps the team’s own files, and says so before', async () => {
  const cwd = fresh();
  await cli(['my-model', ...QUIET], { cwd });
  const hook = join(cwd, 'my-model', 'src', 'hooks', 'preprocess.ts');
  writeFileSync(hook, '// ours\n');
  expect((await cli(['my-model', ...QUIET], { cwd })).stderr).toMatch(
    /DIRECTORY_NOT_EMPTY[\s\S]*create-ml-serving regenerate/,
  );
  const dry = await cli(['my-model', ...QUIET, '--force', '--dry-run', '--set', 'node=22'], { cwd });
  expect(dry.stdout).toMatch(/seeded +src\/hooks\/preprocess\.ts +\(kept as it is\)/);
  expect(dry.stdout).toMatch(/merged +Dockerfile +\(overwrites\)/);
  expect((await cli(['my-model', ...QUIET, '--force', '--set', 'node=22'], { cwd })).code).toBe(0);
  expect(readFileSync(hook, 'utf8')).toBe('// ours\n');
});

test.each(['help', 'regenerat', 'model', 'inspct', 'status'])('%s is no directory by accident', async (word) => {
  const cwd = fresh();
  const result = await cli([word, ...QUIET], { cwd });
  expect(result.code === 1 || word === 'help').toBe(true);
  expect(readdirSync(cwd)).toEqual([]);
  expect((await cli([`./${word}`, ...QUIET], { cwd })).code).toBe(0);
});

test('the first commit holds the template’s files and no others, whatever is ignored everywhere', async () => {
  const cwd = fresh();
  mkdirSync(join(cwd, 'my-model'));
  writeFileSync(join(cwd, 'my-model', '.env.local'), 'SECRET=1');
  writeFileSync(join(cwd, 'ignore'), '*.onnx\nmodel/\n');
  writeFileSync(join(cwd, '.gitconfig'), `[core]\n  excludesFile = ${join(cwd, 'ignore')}\n`);
  const env = { ...process.env, HOME: cwd, GIT_DIR: join(cwd, 'elsewhere') };
  const { stdout } = await cli(['my-model', '--json', '--no-install', '--force'], { cwd, env });
  const tracked = await run('git', ['ls-files', '-z'], { cwd: join(cwd, 'my-model') });
  const planned = JSON.parse(stdout).files.map((file: { path: string }) => file.path);
  expect(tracked.stdout.split('\0').filter(Boolean).sort()).toEqual(planned.sort());
  expect(planned).toContain('model/model.onnx');
});

test('doctor: ready here, and what is missing elsewhere is named with a remedy', async () => {
  expect(await cli(['doctor'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/Ready\.\n$/) });
  const { code, stdout } = await cli(['doctor', '--json'], { env: { ...process.env, PATH: '/nonexistent' } });
  expect(code).toBe(1);
  const { ready, checks } = JSON.parse(stdout) as { ready: boolean; checks: { name: string; ok: boolean; remedy?: string }[] };
  expect(ready).toBe(false);
  expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['npm', 'git']);
  expect(checks.every(({ ok, remedy }) => ok || remedy)).toBe(true);
});

test('the stack of an error is shown where DEBUG is set, and only there', async () => {
  const { stderr } = await cli(['my-model', '--set', 'ci=jenkins'], { env: { ...process.env, DEBUG: '1' } });
  expect(stderr).toMatch(/^ +at /m);
});

test('a bare repository is no work tree', async () => {
  const cwd = fresh();
  await run('git', ['init', '--quiet', '--bare'], { cwd });
  const result = await cli(['my-model', '--yes', '--no-install'], { cwd });
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('Made a Git repository') });
});

test('a working directory that was removed: an absolute target is written, a relative one refused', async () => {
  const cwd = fresh();
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
  const from = (target: string) => run('sh', ['-c', script, 'sh', process.execPath, bin, target, ...QUIET], { cwd });
  expect(await from(join(cwd, 'my-model'))).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(join(cwd, 'my-model')),
  });
  expect(await from('my-model')).toMatchObject({ code: 1, stderr: expect.stringContaining('error DIRECTORY_INVALID') });
});

test('SIGTERM during the install ends npm too, and says what is missing', async () => {
  const cwd = fresh();
  const tools = join(cwd, 'tools');
  mkdirSync(tools);
  writeFileSync(join(tools, 'npm'), '#!/bin/sh\necho $$ > "$PWD/../npm.pid"\nkill -TERM $PPID\nexec sleep 60\n', {
    mode: 0o755,
  });
  const result = await cli(['my-model', '--yes', '--no-git'], {
    cwd,
    env: { ...process.env, PATH: `${tools}:${process.env['PATH']}` },
    timeout: 30_000,
  });
  expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('npm install was ended by SIGTERM') });
  const pid = Number(readFileSync(join(cwd, 'npm.pid'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('--force does not follow a link out of the directory', async () => {
  const cwd = fresh();
  const outside = fresh();
  mkdirSync(join(cwd, 'my-model'));
  symlinkSync(outside, join(cwd, 'my-model', 'src'));
  await refuses(['my-model', '--force', ...QUIET], 'PATH_UNSAFE', /src/, cwd);
  expect(readdirSync(outside)).toEqual([]);
});

test('a file in the way, and a path below a file', async () => {
  const cwd = fresh();
  writeFileSync(join(cwd, 'my-model'), '');
  await refuses(['my-model', ...QUIET], 'DIRECTORY_INVALID', /is a file/, cwd);
  await refuses(['my-model/below', ...QUIET], 'DIRECTORY_INVALID', /below/, cwd);
});

const isRoot = process.getuid?.() === 0;

test('a directory that may not be written', async () => {
  const cwd = fresh();
  fs.chmodSync(cwd, 0o555);
  fs.chmodSync(folder, 0o755);
  const args = [bin, 'my-model', ...QUIET];
  // Root may write anywhere: then the command runs as nobody.
  const [command, all] = isRoot
    ? ['setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, ...args]]
    : [process.execPath, args];
  const result = await run(command as string, all as string[], { cwd });
  expect(result.stderr).toContain('error NOT_WRITABLE');
  expect(result.code).toBe(1);
  expect(readdirSync(cwd)).toEqual([]);
});

/** A command in a mount namespace of its own, where `place` is a file system of 200 KB. */
function onSmallDisk(place: string, args: string[]) {
  const rights = isRoot ? [] : ['--map-root-user'];
  const script =
    'mount -t tmpfs -o size=200k tmpfs "$0" && mkdir "$0/empty" && "$@"; code=$?; find "$0" >&2; exit $code';
  return run('unshare', ['--mount', ...rights, 'sh', '-c', script, place, process.execPath, bin, ...args]);
}

test.each([
  ['a new directory', 'new/my-model'],
  ['an empty directory', 'empty'],
])('a disk that gets full, in %s: nothing is left', async (_what, path) => {
  const place = fresh();
  const result = await onSmallDisk(place, [join(place, path), ...QUIET]);
  expect(result.stderr).toContain('error DISK_FULL');
  expect(result.stderr.split('\n').filter((line) => line.startsWith(place))).toEqual([place, join(place, 'empty')]);
  expect(result.code).toBe(1);
});

test.each([
  ['npm', 'NPM_NOT_FOUND', ['--no-git'], /--no-install/],
  ['git', 'GIT_NOT_FOUND', ['--no-install'], /--no-git/],
])('no %s on the PATH is said before anything is written', (_tool, code, flags, hint) =>
  refuses(['my-model', '--yes', ...flags], code, hint, fresh(), { ...process.env, PATH: '/nonexistent' }),
);

test('a failing install: the repository stays, and exit code and message say so', async () => {
  const cwd = fresh();
  const env = {
    ...process.env,
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
    npm_config_cache: join(cwd, 'cache'),
  };
  const result = await cli(['my-model', '--yes', '--no-git'], { cwd, env });
  expect(result.code).toBe(4);
  expect(result.stderr).toContain('error INSTALL_FAILED: npm install failed with exit code');
  expect(existsSync(join(cwd, 'my-model', '.ml-serving', 'manifest.json'))).toBe(true);
}, 60_000);

test('a Git that fails: the repository stays, and exit code and message say so', async () => {
  const cwd = fresh();
  const tools = join(cwd, 'tools');
  mkdirSync(tools);
  writeFileSync(join(tools, 'git'), '#!/bin/sh\necho made to fail >&2\nexit 128\n', { mode: 0o755 });
  const result = await cli(['my-model', '--yes', '--no-install'], {
    cwd,
    env: { ...process.env, PATH: `${tools}:${process.env['PATH']}` },
  });
  expect(result.code).toBe(4);
  expect(result.stderr).toMatch(/error GIT_FAILED: git init failed in .*made to fail/);
  expect(existsSync(join(cwd, 'my-model', 'package.json'))).toBe(true);
});

test('inside a work tree Git is left alone', async () => {
  const cwd = fresh();
  await run('git', ['init', '--quiet'], { cwd });
  const result = await cli(['my-model', '--yes', '--no-install'], { cwd });
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('Left Git alone') });
  expect(existsSync(join(cwd, 'my-model', '.git'))).toBe(false);
});

test('Git without an identity still gets a first commit', async () => {
  const cwd = fresh();
  const env = { ...process.env, HOME: cwd, XDG_CONFIG_HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  const result = await cli(['my-model', '--yes', '--no-install'], { cwd, env });
  expect(result.code).toBe(0);
  const log = await run('git', ['log', '--format=%an'], { cwd: join(cwd, 'my-model'), env });
  expect(log.stdout).toBe('create-ml-serving\n');
});

test('--json says errors and plans as data, on standard output alone', async () => {
  const cwd = fresh();
  const wrong = await cli(['my-model', '--json', '--set', 'ci=jenkins'], { cwd });
  expect(wrong).toMatchObject({ code: 1, stderr: '' });
  expect(JSON.parse(wrong.stdout)).toEqual({
    error: { code: 'ANSWERS_INVALID', message: expect.any(String), hint: expect.any(String) },
  });

  const planned = await cli(['my-model', '--json', '--dry-run'], { cwd });
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  const plan = JSON.parse(planned.stdout);
  expect(plan).toMatchObject({ directory: join(fs.realpathSync(cwd), 'my-model'), written: false });
  expect(readdirSync(cwd)).toEqual([]);

  const done = await cli(['my-model', '--json', '--no-install', '--no-git'], { cwd });
  expect(JSON.parse(done.stdout)).toEqual({ ...plan, written: true });
  const written = readdirSync(join(cwd, 'my-model'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(join(cwd, 'my-model').length + 1)
        .replaceAll('\\', '/'),
    );
  expect(written.sort()).toEqual(plan.files.map((file: { path: string }) => file.path).sort());
});

test('a dry run shows every file with its owner, and writes nothing', async () => {
  const cwd = fresh();
  const { code, stdout } = await cli(['my-model', '--dry-run'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/merged +serving\.yaml/);
  expect(stdout).toMatch(/seeded +model\/model\.onnx/);
  expect(readdirSync(cwd)).toEqual([]);
});

test('without a terminal nothing is asked, with or without --yes', async () => {
  const cwd = fresh();
  expect(await cli(['my-model', '--no-install', '--no-git'], { cwd, timeout: 20_000 })).toMatchObject({ code: 0 });
});
