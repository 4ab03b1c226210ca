import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyChanges } from '../../generators/apply/apply.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import type { RepositoryStatus } from '../../generators/fleet/repository-status.ts';
import { statusOf } from '../../generators/fleet/status-of.ts';
import { write } from '../support/change.ts';
import { dyingDisk } from '../support/fault.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, prepare, read, remove, sourceOf, stampOut, upgrade } from '../upgrade/harness.ts';

const source = sourceOf('1.1.0');

/** Where a repository stands, and the promise that looking changed nothing. */
function look(directory: string): RepositoryStatus {
  const before = snapshot(directory);
  const status = statusOf(directory, source);
  expect(snapshot(directory)).toEqual(before);
  expect(status.directory).toBe(directory);
  return status;
}

test('a repository that is up to date', () => {
  expect(look(stampOut('1.1.0', { git: false }))).toEqual({
    directory: expect.any(String),
    state: 'current',
    model: { name: 'iris-service', version: '1.0.0', type: 'tabular-classification' },
    template: '1.1.0',
    found: [],
    drift: [],
    problems: [],
    pending: null,
    upgrade: null,
    policy: { presets: [], former: [], departures: [] },
    error: null,
  });
});

test('an upgrade is told as regenerate would do it: files, conflicts, class', () => {
  const root = stampOut('1.0.0', { git: false });
  expect(look(root)).toMatchObject({ state: 'update', template: '1.0.0', upgrade: { to: '1.1.0', conflicts: [] } });
  edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
  edit(root, 'serving.yaml', 'version: "1.0.0"', 'version: "2.4.0"');
  const planned = prepare(root, '1.1.0');
  const files = planned.changes.filter(({ path }) => !path.startsWith('.ml-serving/')).length;
  const status = look(root);
  expect(status).toMatchObject({
    state: 'update',
    model: { version: '2.4.0' },
    upgrade: { to: '1.1.0', rollout: planned.rollout.class, files, conflicts: ['src/app.mjs'], newQuestions: [] },
  });
  expect(files).toBeGreaterThan(3);
});

test('at the same version: answers that changed are an update, a hand edit of a managed file is drift', () => {
  const root = stampOut('1.1.0', { git: false });
  edit(root, 'src/limits.mjs', '1024', '10');
  expect(look(root)).toMatchObject({ state: 'drifted', found: ['drift'], drift: ['src/limits.mjs'], upgrade: null });
  edit(root, '.ml-serving/answers.yaml', 'owner: ml-team', 'owner: vision');
  expect(look(root)).toMatchObject({
    state: 'update',
    found: ['update', 'drift'],
    drift: ['src/limits.mjs'],
    upgrade: { to: '1.1.0', files: 1, conflicts: [] },
  });
});

test('new questions are named', () => {
  const root = stampOut('1.0.0', { git: false });
  edit(root, '.ml-serving/answers.yaml', 'node: "24"\n', '');
  expect(look(root).upgrade?.newQuestions).toEqual(['node']);
});

test('what an earlier upgrade left open', async () => {
  const conflicting = stampOut('1.0.0');
  edit(conflicting, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
  commit(conflicting, 'work');
  await upgrade(conflicting, '1.1.0');
  expect(look(conflicting)).toMatchObject({ state: 'pending', pending: 'held', template: '1.1.0', upgrade: null });
  remove(conflicting, '.ml-serving/local');
  expect(look(conflicting)).toMatchObject({ state: 'pending', pending: 'conflicts' });

  const interrupted = stampOut('1.0.0', { git: false });
  const dies = dyingDisk(nodeDisk, (call, [place]) => call === 'rename' && String(place).includes('new'));
  expect(() => applyChanges(interrupted, [write(interrupted, 'README.md', 'x')], { disk: dies })).toThrow();
  expect(look(interrupted)).toMatchObject({ state: 'pending', pending: expect.stringMatching(/interrupted|undoing/) });
});

test('a damaged record is told, with what an upgrade would still do', () => {
  const root = stampOut('1.0.0', { git: false });
  writeFileSync(join(root, '.ml-serving/manifest.json'), '{ "template":');
  const status = look(root);
  expect(status).toMatchObject({ state: 'damaged', template: null, upgrade: { to: '1.1.0', rollout: 'breaking' } });
  expect(status.problems).toEqual([expect.stringContaining('manifest.json')]);
});

test('a base file that holds nothing of use is damage, and mended by an upgrade', () => {
  const root = stampOut('1.1.0', { git: false });
  writeFileSync(join(root, '.ml-serving/base.json.gz'), 'x\n');
  expect(look(root)).toMatchObject({
    state: 'damaged',
    template: '1.1.0',
    problems: [expect.stringMatching(/^\.ml-serving\/base\.json\.gz is damaged: it is no gzip file; restore it/)],
    upgrade: { files: 0, conflicts: [] },
  });
});

test('a repository of a newer version, with its version', () => {
  expect(look(stampOut('2.0.0', { git: false }))).toMatchObject({
    state: 'newer',
    template: '2.0.0',
    error: { code: 'DOWNGRADE' },
  });
});

test('what is no repository of ours is told apart from what cannot be read', () => {
  expect(look(folderWith({ 'package.json': '{}' }))).toMatchObject({ state: 'foreign', model: null });
  const file = join(folderWith({ 'notes.txt': 'x' }), 'notes.txt');
  expect(statusOf(file, source)).toMatchObject({ state: 'foreign' });
  expect(statusOf(`${file}-nowhere`, source)).toMatchObject({ state: 'failed', error: { code: 'NOT_READABLE' } });
  expect(statusOf('nul\0byte', source)).toMatchObject({ state: 'failed' });
});

test('a hostile or unreadable record fails by itself, and is not followed', () => {
  const answers = stampOut('1.0.0', { git: false });
  writeFileSync(join(answers, '.ml-serving/answers.yaml'), 'a: &a [*a]\n');
  expect(look(answers)).toMatchObject({ state: 'failed', error: { code: expect.stringMatching(/^[A-Z_]+$/) } });

  const hostile = stampOut('1.0.0', { git: false });
  edit(hostile, '.ml-serving/manifest.json', '"README.md"', '"../../etc/passwd"');
  expect(look(hostile)).toMatchObject({ state: 'failed', error: { code: 'PATH_UNSAFE' } });

  const linked = stampOut('1.1.0', { git: false });
  remove(linked, 'serving.yaml');
  symlinkSync('/etc/hostname', join(linked, 'serving.yaml'));
  expect(look(linked)).toMatchObject({ model: null });
});

test('a contract that no reader takes leaves the model unknown', () => {
  const root = stampOut('1.1.0', { git: false });
  for (const text of [
    '',
    '[',
    'model: 3\n',
    'model: { name: 1 }\n',
    `# ${'x'.repeat(1_100_000)}\n${read(root, 'serving.yaml')}`,
  ]) {
    putFiles(root, { 'serving.yaml': text });
    expect(look(root)).toMatchObject({ model: null, state: 'current' });
  }
});

test('a disk that fails under one repository fails that one', () => {
  const root = stampOut('1.1.0', { git: false });
  const disk = dyingDisk(nodeDisk, (call, [place]) => call === 'hash' && String(place).endsWith('limits.mjs'));
  expect(statusOf(root, source, { disk })).toMatchObject({ state: 'failed', error: { code: 'NOT_READABLE' } });
});
