import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import { stringify } from 'yaml';
import { applyChanges } from '../../generators/apply/apply.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { NO_POLICY } from '../../generators/policy/policy.ts';
import { LARGEST_BASE } from '../../generators/project/base-file.ts';
import { BASE_PATH } from '../../generators/project/manifest.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { putAside } from '../../generators/regenerate/aside.ts';
import { openProject } from '../../generators/regenerate/open-project.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { abortUpgrade } from '../../generators/regenerate/resume.ts';
import { runUpgrade } from '../../generators/regenerate/run-upgrade.ts';
import { prepareUpgrade } from '../../generators/regenerate/upgrade.ts';
import { withEnvironment } from '../support/environment.ts';
import { dyingDisk } from '../support/fault.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { toEarlierRecord } from './earlier.ts';
import { commit, edit, git, ownTestsPass, prepare, read, remove, sourceOf, stampOut, upgrade } from './harness.ts';

const MANIFEST = '.ml-serving/manifest.json';

/** The plan is refused with a code, and nothing was touched. */
function refused(root: string, version: string, code: string, message: RegExp = /./): void {
  const old = snapshot(root);
  expect(() => prepare(root, version)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
  expect(snapshot(root)).toEqual(old);
}

describe('an upgrade is refused before anything is touched', () => {
  it('where changes are in no commit, unless that is allowed', async () => {
    const root = stampOut('1.0.0');
    edit(root, 'README.md', 'Run it', 'Run it now');
    putFiles(root, { 'new.txt': 'new\n' });
    const old = snapshot(root);
    await expect(upgrade(root, '1.1.0')).rejects.toMatchObject({
      code: 'TREE_DIRTY',
      message: expect.stringMatching(/README\.md, new\.txt/),
    });
    expect(snapshot(root)).toEqual(old);
    await upgrade(root, '1.1.0', { allowDirty: true });
    expect(read(root, 'README.md')).toContain('Run it now');
  });

  it.each([
    ['Git takes it for somebody else’s', { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }, /dubious ownership/],
    ['there is no Git', { PATH: join(import.meta.dirname, 'nowhere') }, /ENOENT/],
  ] as const)('where %s, so that nobody knows what is in no commit', async (_, env, message) => {
    const root = stampOut('1.0.0');
    edit(root, 'README.md', 'Run it', 'Run it now');
    const old = snapshot(root);
    const unversioned = stampOut('1.0.0', { git: false });
    await withEnvironment(env, async () => {
      await expect(upgrade(root, '1.1.0')).rejects.toMatchObject({
        code: 'TREE_UNKNOWN',
        message: expect.stringMatching(message),
      });
      expect(snapshot(root)).toEqual(old);
      await upgrade(root, '1.1.0', { allowDirty: true });
      await upgrade(unversioned, '1.1.0');
    });
  });

  it('to an older version', () => refused(stampOut('2.0.0'), '1.1.0', 'DOWNGRADE', /2\.0\.0.*1\.1\.0/));

  it('where nothing was stamped out, and inside a repository', () => {
    const root = stampOut('1.0.0');
    const open = (directory: string) => () => openProject(directory, sourceOf('1.1.0'), {});
    expect(open(join(root, '..'))).toThrow(expect.objectContaining({ code: 'NOT_STAMPED_OUT' }));
    expect(open(join(root, 'src'))).toThrow(
      expect.objectContaining({ code: 'NOT_STAMPED_OUT', hint: `Run it in ${root}.` }),
    );
    expect(open(join(root, 'nowhere'))).toThrow(expect.objectContaining({ code: 'NOT_STAMPED_OUT' }));
  });

  it.each([
    '../outside.txt',
    '/etc/passwd',
    '.git/hooks/pre-commit',
    'a/../../b',
    'C:\\x',
    '.ml-serving/local/lock',
    '.ml-serving/manifest.json',
    '.ml-serving/policy.yaml',
  ])('with %s in the manifest', (path) => {
    const root = stampOut('1.0.0');
    const manifest = JSON.parse(read(root, MANIFEST));
    manifest.files[path] = manifest.files['README.md'];
    writeFileSync(join(root, MANIFEST), JSON.stringify(manifest));
    refused(root, '1.1.0', 'PATH_UNSAFE');
  });

  it('with two spellings of a path in the manifest', () => {
    const root = stampOut('1.0.0');
    const manifest = JSON.parse(read(root, MANIFEST));
    manifest.files['readme.MD'] = manifest.files['README.md'];
    writeFileSync(join(root, MANIFEST), JSON.stringify(manifest));
    refused(root, '1.1.0', 'PATH_UNSAFE');
  });

  it('with a record of a form that is not known yet', () => {
    const root = stampOut('1.0.0');
    edit(root, MANIFEST, '"schema": 1', '"schema": 2');
    refused(root, '1.1.0', 'RECORD_NEWER');
  });

  it('without answers, or with answers that no longer fit', () => {
    const root = stampOut('1.0.0');
    edit(root, '.ml-serving/answers.yaml', 'ci: github', 'ci: jenkins');
    refused(root, '1.1.0', 'ANSWERS_INVALID', /ci/);
    remove(root, '.ml-serving/answers.yaml');
    refused(root, '1.1.0', 'RECORD_DAMAGED');
  });

  it.each([
    ['a file of the repository', 'hash', 'src/limits.mjs'],
    ['a folder of the repository', 'list', 'src/old'],
    ['the manifest', 'read', MANIFEST],
    ['the base of the record', 'read', '.ml-serving/base.json.gz'],
  ])('where %s may not be read, without calling it a defect', (_, call, path) => {
    const root = stampOut('1.0.0');
    const old = snapshot(root);
    const disk = dyingDisk(nodeDisk, (name, [place]) => name === call && place === join(root, path));
    const look = () => {
      const project = openProject(root, sourceOf('1.1.0'), {}, disk);
      return prepareUpgrade(project, settleAnswers(project.given, project.context));
    };
    expect(look).toThrow(
      expect.objectContaining({ code: 'NOT_READABLE', message: expect.stringContaining(join(root, path)) }),
    );
    expect(snapshot(root)).toEqual(old);
  });

  it('by a migration that throws', () => {
    const root = stampOut('1.0.0');
    const boom = () => {
      throw new Error('boom');
    };
    const old = snapshot(root);
    for (const migration of [{ answers: boom }, { files: { 'serving.yaml': boom } }]) {
      expect(() => prepare(root, '2.0.0', { migrations: [{ version: '2.0.0', ...migration }] })).toThrow(
        expect.objectContaining({ code: 'MIGRATION_FAILED', message: expect.stringMatching(/2\.0\.0.*boom/) }),
      );
    }
    expect(snapshot(root)).toEqual(old);
  });
});

describe('a damaged record', () => {
  it.each([
    ['no manifest', (root: string) => remove(root, MANIFEST)],
    ['a manifest with conflict markers', (root: string) => putFiles(root, { [MANIFEST]: '<<<<<<< HEAD\n{}\n' })],
    [
      'a manifest without versions',
      (root: string) => putFiles(root, { [MANIFEST]: '{"template":"create-ml-serving"}' }),
    ],
  ])('%s: works without a base, says so, replaces nothing and is mended by it', async (_, damage) => {
    const root = stampOut('1.0.0');
    edit(root, 'src/limits.mjs', '1024', '10');
    damage(root);
    commit(root, 'damaged');
    const { problems, from, rollout, conflicts, plan } = await upgrade(root, '1.1.0');
    expect(problems).toHaveLength(1);
    expect(from).toBeNull();
    expect(rollout.class).toBe('breaking');
    expect(plan.outcomes.every(({ decision }) => !['update', 'delete', 'merge'].includes(decision))).toBe(true);
    expect(conflicts?.conflicts.map(({ path }) => path)).toContain('src/limits.mjs');
    expect(read(root, 'src/limits.mjs')).toMatch(/<<<<<<< yours\n.*10 [\s\S]*=======\n.*1024 /);
    expect(JSON.parse(read(root, MANIFEST)).templateVersion).toBe('1.1.0');
  });

  it('of an earlier version: a missing or falsified base of one file costs the merge of that file alone', async () => {
    const root = stampOut('1.0.0');
    toEarlierRecord(root);
    edit(root, 'src/app.mjs', "status: 'ok'", "status: 'fine'");
    const { sha256 } = JSON.parse(read(root, MANIFEST)).files['src/app.mjs'];
    putFiles(root, { [`.ml-serving/base/${sha256}.gz`]: 'no gzip' });
    remove(root, `.ml-serving/base/${JSON.parse(read(root, MANIFEST)).files['src/limits.mjs'].sha256}.gz`);
    commit(root, 'work');
    const { conflicts, problems } = await upgrade(root, '1.1.0');
    expect(problems).toHaveLength(2);
    expect(problems).toContainEqual(expect.stringMatching(/src\/limits\.mjs is missing/));
    expect(problems).toContainEqual(expect.stringMatching(/src\/app\.mjs is damaged/));
    expect(conflicts?.conflicts.map(({ path }) => path)).toEqual(['src/app.mjs']);
    expect(existsSync(join(root, '.ml-serving/base'))).toBe(false);
    expect(existsSync(join(root, BASE_PATH))).toBe(true);
    expect(quickCheck(root, '1.1.0', nodeDisk)).toBeNull();
  });
});

describe('the base file', () => {
  const damages: [string, (bytes: Buffer) => Buffer, RegExp][] = [
    ['written over', () => Buffer.from('x'), /is damaged: it is no gzip file/],
    ['text', () => Buffer.from('<<<<<<< ours\n'.repeat(9)), /is damaged: it is no gzip file/],
    ['emptied', () => Buffer.alloc(0), /is damaged: it is empty/],
    ['cut short', (bytes) => bytes.subarray(0, -9), /is damaged: it is cut short/],
    ['of other contents', () => gzipSync('other'), /is damaged: it holds no JSON/],
    ['a bomb', () => gzipSync(Buffer.alloc(LARGEST_BASE + 1)), /is damaged: it holds more than 67108864 bytes/],
  ];

  it.each(damages)('that is %s is found at the same version, and written again', async (_, damage, problem) => {
    const root = stampOut('1.0.0');
    edit(root, 'src/app.mjs', "status: 'ok'", "status: 'fine'");
    const base = join(root, BASE_PATH);
    const whole = readFileSync(base);
    writeFileSync(base, damage(whole));
    commit(root, 'damaged');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toBeNull();
    const { problems, conflicts, rollout } = await upgrade(root, '1.0.0');
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(conflicts).toBeNull();
    // What is rendered is what was rendered: nothing of it goes to production anew.
    expect(rollout).toMatchObject({ class: 'compatible', findings: [] });
    expect(readFileSync(base)).toEqual(whole);
    expect(quickCheck(root, '1.0.0', nodeDisk)).toEqual({ drift: [], policy: NO_POLICY });
  });

  it.each(damages)('that is %s stops an upgrade that needs it, before anything is touched', async (_, damage) => {
    const root = stampOut('1.0.0');
    edit(root, 'src/app.mjs', "status: 'ok'", "status: 'fine'");
    const base = join(root, BASE_PATH);
    const whole = readFileSync(base);
    writeFileSync(base, damage(whole));
    commit(root, 'damaged');
    const before = snapshot(root);
    await expect(upgrade(root, '1.1.0')).rejects.toMatchObject({
      code: 'RECORD_DAMAGED',
      exit: 1,
      message: expect.stringMatching(/base\.json\.gz is damaged \(.*cannot be merged: src\/app\.mjs\.$/),
      hint: expect.stringMatching(/git checkout HEAD -- \.ml-serving\/base\.json\.gz/),
    });
    expect(snapshot(root)).toEqual(before);
    // What the hint says: with the whole file the edit is merged.
    writeFileSync(base, whole);
    commit(root, 'restored');
    expect((await upgrade(root, '1.1.0')).conflicts).toBeNull();
    expect(read(root, 'src/app.mjs')).toMatch(/count\([\s\S]*'fine'/);
  });

  it('that is damaged stops an upgrade that could not follow a file that was moved and edited', async () => {
    const root = stampOut('1.0.0');
    git(root, 'mv', 'src/app.mjs', 'src/server.mjs');
    edit(root, 'src/server.mjs', "status: 'ok'", "status: 'fine'");
    const whole = readFileSync(join(root, BASE_PATH));
    putFiles(root, { [BASE_PATH]: 'x' });
    commit(root, 'damaged');
    await expect(upgrade(root, '1.1.0')).rejects.toMatchObject({
      code: 'RECORD_DAMAGED',
      message: expect.stringMatching(/cannot be merged: src\/app\.mjs\.$/),
    });
    putFiles(root, { [BASE_PATH]: whole });
    commit(root, 'restored');
    await upgrade(root, '1.1.0');
    expect(read(root, 'src/server.mjs')).toMatch(/count\([\s\S]*'fine'/);
  });

  it('that is damaged does not stop an upgrade of what nobody has edited', async () => {
    const root = stampOut('1.0.0');
    putFiles(root, { [BASE_PATH]: 'x' });
    commit(root, 'damaged');
    const { problems, conflicts } = await upgrade(root, '1.1.0');
    expect([problems.length, conflicts]).toEqual([1, null]);
    expect(quickCheck(root, '1.1.0', nodeDisk)).toEqual({ drift: [], policy: NO_POLICY });
  });

  it('that is missing costs the merge of edited files alone, and is written again', async () => {
    const root = stampOut('1.0.0');
    edit(root, 'src/app.mjs', "status: 'ok'", "status: 'fine'");
    remove(root, BASE_PATH);
    commit(root, 'gone');
    const { problems, conflicts } = await upgrade(root, '1.1.0');
    expect(problems).toEqual([`${BASE_PATH} is missing; restore it with git checkout HEAD -- ${BASE_PATH}`]);
    expect(conflicts?.conflicts.map(({ path }) => path)).toEqual(['src/app.mjs']);
    expect(existsSync(join(root, BASE_PATH))).toBe(true);
  });

  it('whose contents are not what the manifest says has no base for that file', () => {
    const root = stampOut('1.0.0');
    const text = gunzipSync(readFileSync(join(root, BASE_PATH))).toString('utf8');
    putFiles(root, { [BASE_PATH]: gzipSync(text.replace("status: 'ok'", "status: 'no'")) });
    expect(quickCheck(root, '1.0.0', nodeDisk)).toBeNull();
    const { problems, changes } = prepare(root, '1.0.0');
    expect(problems).toEqual([`the base of src/app.mjs is missing (${BASE_PATH})`]);
    expect(changes.map(({ path }) => path)).toEqual([BASE_PATH]);
  });

  it('that a symlink leads to is not followed', () => {
    const root = stampOut('1.0.0');
    const elsewhere = join(folderWith({ 'base.json.gz': readFileSync(join(root, BASE_PATH)) }), 'base.json.gz');
    remove(root, BASE_PATH);
    symlinkSync(elsewhere, join(root, BASE_PATH));
    expect(quickCheck(root, '1.0.0', nodeDisk)).toBeNull();
    expect(() => applyChanges(root, prepare(root, '1.1.0').changes)).toThrow(
      expect.objectContaining({ code: 'CHANGED_ON_DISK' }),
    );
  });

  it('is not read where nothing has changed, and read once where something has', () => {
    const root = stampOut('1.0.0');
    const base = join(root, BASE_PATH);
    const unpacked = jest.spyOn(JSON, 'parse');
    const isBase = ([text]: unknown[]) => String(text).startsWith('{"schema":1,"files":{');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toEqual({ drift: [], policy: NO_POLICY });
    expect(unpacked.mock.calls.filter(isBase)).toHaveLength(0);
    edit(root, 'src/app.mjs', "status: 'ok'", "status: 'fine'");
    edit(root, 'compose.yaml', 'build: .', 'build: ./image');
    const reads: unknown[] = [];
    const read = (place: string) => {
      reads.push(place);
      return nodeDisk.read(place);
    };
    const disk = { ...nodeDisk, read };
    const project = openProject(root, sourceOf('1.1.0'), {}, disk);
    prepareUpgrade(project, settleAnswers(project.given, project.context));
    expect(unpacked.mock.calls.filter(isBase)).toHaveLength(1);
    expect(reads.filter((place) => place === base)).toHaveLength(1);
    unpacked.mockRestore();
  });
});

describe('answers', () => {
  it('of new questions are taken from their defaults, and named', () => {
    const root = stampOut('1.0.0');
    const text = read(root, '.ml-serving/answers.yaml');
    writeFileSync(join(root, '.ml-serving/answers.yaml'), text.replace(/^node: .*\n/m, ''));
    const { defaulted, answers } = prepare(root, '1.1.0');
    expect(defaulted).toEqual({ node: '24' });
    expect(answers.node).toBe('24');
  });

  it('go through the migrations, and can be changed', async () => {
    const root = stampOut('1.0.0');
    expect(prepare(root, '1.1.0').answers.registry).toBe('ghcr.io/ml-team');
    const { answers, plan } = prepare(root, '2.0.0', { set: { owner: 'vision' } });
    expect(answers).toMatchObject({ registry: 'registry.example/ml-team', owner: 'vision' });
    expect(plan.outcomes.find(({ path }) => path === 'README.md')?.decision).toBe('update');
  });

  it('that turn a feature off remove its files', () => {
    const { plan } = prepare(stampOut('1.0.0'), '1.0.0', { set: { ci: 'none' } });
    const gone = plan.outcomes.filter(({ decision }) => decision === 'delete').map(({ path }) => path);
    expect(gone).toEqual(['.github/workflows/ci.yml']);
  });

  it('written by hand are read as any answers file: no aliases, no unknown keys', () => {
    const root = stampOut('1.0.0');
    writeFileSync(join(root, '.ml-serving/answers.yaml'), stringify({ name: 'x', nonsense: 1 }));
    refused(root, '1.1.0', 'ANSWERS_INVALID', /nonsense/);
  });
});

describe('--verify', () => {
  it('keeps an upgrade whose tests pass', async () => {
    const root = stampOut('1.0.0');
    putFiles(root, { 'node_modules/.keep': '' });
    await upgrade(root, '2.0.0', { verify: true });
    expect(pendingApply(root)).toBeNull();
    expect(ownTestsPass(root)).toBe(true);
  }, 60_000);

  it('puts everything back where they fail', async () => {
    const root = stampOut('1.0.0');
    putFiles(root, {
      'test/ours.test.mjs': "import '../src/legacy.mjs'; // which the template removes\n",
    });
    commit(root, 'ours');
    const old = snapshot(root, { without: '.git' });
    await expect(upgrade(root, '2.0.0', { verify: true })).rejects.toMatchObject({ code: 'VERIFY_FAILED', exit: 1 });
    expect(snapshot(root, { without: '.git' })).toEqual(old);
  }, 60_000);

  it('puts installed packages back as they were, and the lock file that npm had written anew', async () => {
    const root = stampOut('1.0.0');
    putFiles(root, {
      'local/package.json': '{ "name": "local", "version": "1.0.0" }\n',
      'test/ours.test.mjs': "import '../src/legacy.mjs'; // which the template removes\n",
      'node_modules/local/index.js': 'installed before\n',
      'node_modules/.package-lock.json': '{}\n',
    });
    // A dependency that only the new version's install would bring in; the template changes package.json as well.
    edit(root, 'package.json', '"dependencies": {}', '"dependencies": {\n    "local": "file:./local"\n  }');
    commit(root, 'ours');
    const old = snapshot(root, { without: '.git' });
    expect(Object.keys(old)).toContain('node_modules/local/index.js');
    const planned = prepare(root, '2.0.0');
    const run = runUpgrade(
      { ...planned, reinstall: true },
      { allowDirty: true, verify: true, disk: nodeDisk, tell: () => {} },
    );
    await expect(run).rejects.toMatchObject({ code: 'VERIFY_FAILED' });
    expect(snapshot(root, { without: '.git' })).toEqual(old);
  }, 60_000);

  it('put back by --abort what a killed run had put aside', async () => {
    const root = stampOut('1.0.0');
    putFiles(root, { 'node_modules/x/index.js': 'installed before\n' });
    const old = snapshot(root, { without: '.git' });
    applyChanges(root, prepare(root, '2.0.0').changes, { hold: true });
    putAside(root, true);
    putAside(root, true);
    putFiles(root, { 'node_modules/y/index.js': 'half installed\n', 'package-lock.json': '{}\n' });
    expect(abortUpgrade(root, nodeDisk)).toEqual({ rescued: [], reinstall: false });
    expect(snapshot(root, { without: '.git' })).toEqual(old);
  });

  it('removes packages that were not there before', () => {
    const root = stampOut('1.0.0');
    const old = snapshot(root, { without: '.git' });
    applyChanges(root, prepare(root, '2.0.0').changes, { hold: true });
    putAside(root, false);
    putFiles(root, { 'node_modules/y/index.js': 'installed\n' });
    abortUpgrade(root, nodeDisk);
    expect(snapshot(root, { without: '.git' })).toEqual(old);
  });

  it('does not follow a link in place of what was put aside', () => {
    const root = stampOut('1.0.0');
    const elsewhere = folderWith({ 'state.json': '{ "lock": false, "modules": "absent" }' });
    applyChanges(root, prepare(root, '2.0.0').changes, { hold: true });
    symlinkSync(elsewhere, join(root, '.ml-serving/local/aside'), 'dir');
    expect(() => abortUpgrade(root, nodeDisk)).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
    expect(readdirSync(elsewhere)).toEqual(['state.json']);
  });
});

describe('the quick check', () => {
  it('finds edits of managed files, and leaves all else to the plan', async () => {
    const root = stampOut('1.0.0');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toEqual({ drift: [], policy: NO_POLICY });
    edit(root, 'README.md', 'Run it', 'Run it now');
    edit(root, 'src/hooks/preprocess.mjs', 'room', 'own room');
    writeFileSync(join(root, 'docs/updating.md'), read(root, 'docs/updating.md').replaceAll('\n', '\r\n'));
    expect(quickCheck(root, '1.0.0', nodeDisk)).toEqual({ drift: [], policy: NO_POLICY });
    edit(root, 'src/limits.mjs', '1024', '10');
    remove(root, 'src/legacy.mjs');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toEqual({
      drift: ['src/legacy.mjs', 'src/limits.mjs'],
      policy: NO_POLICY,
    });
    expect(prepare(root, '1.0.0').plan.drift).toEqual(['src/legacy.mjs', 'src/limits.mjs']);
    expect(quickCheck(root, '1.1.0', nodeDisk)).toBeNull();
    edit(root, '.ml-serving/answers.yaml', 'owner: ml-team', 'owner: vision');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toBeNull();
  });
});
