import { join } from 'node:path';
import { folderWith, snapshot } from '../support/folder.ts';
import { edit } from '../upgrade/harness.ts';
import { type Package, packageOf } from '../upgrade/package.ts';

let old: Package;
let fresh: Package;
let fleet: string;

beforeAll(async () => {
  [old, fresh] = [await packageOf('1.0.0'), await packageOf('1.1.0')];
  fleet = folderWith({ 'notes.txt': 'a file among the folders\n', 'other/package.json': '{}' });
  const made = (by: Package, name: string) =>
    expect(by(fleet, name, '--yes', '--no-install', '--no-git').status).toBe(0);
  made(fresh, 'current');
  made(fresh, 'drifted');
  made(old, 'behind');
  edit(join(fleet, 'drifted'), 'src/limits.mjs', '1024', '10');
}, 60_000);

const NAMES = ['behind', 'current', 'drifted', 'notes.txt', 'other'];

test('shows a line for each and how many stand where; nothing to do or to see is no failure', () => {
  const before = snapshot(fleet);
  const { status, stdout, stderr } = fresh(fleet, 'status', ...NAMES);
  expect(stdout).toBe(
    [
      'directory  model          template  status',
      'behind     behind 1.0.0   1.0.0     → 1.1.0: online, 13 files',
      'current    current 1.0.0  1.1.0     up to date',
      'drifted    drifted 1.0.0  1.1.0     edited by hand: src/limits.mjs',
      'notes.txt  -              -         not of create-ml-serving',
      'other      -              -         not of create-ml-serving',
      '',
      '1 up to date, 1 edited by hand, 1 to upgrade, 2 not of create-ml-serving (template 1.1.0)',
      '',
    ].join('\n'),
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(snapshot(fleet)).toEqual(before);
});

test('as JSON, for programs', () => {
  const { status, stdout } = fresh(fleet, 'status', '--json', ...NAMES);
  const json = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(json).toMatchObject({
    templateVersion: '1.1.0',
    states: { current: 1, drifted: 1, update: 1, foreign: 2 },
    repositories: NAMES.map((directory) => ({ directory })),
  });
  expect(json.repositories[0]).toMatchObject({ state: 'update', upgrade: { to: '1.1.0', rollout: 'online' } });
});

test('ends with 1 where one cannot be read, and still shows the others; or where none is a repository', () => {
  const missing = fresh(fleet, 'status', 'current', 'nowhere');
  expect(missing).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/up to date[\s\S]*NOT_READABLE: There is no/),
  });
  expect(fresh(fleet, 'status', 'other').status).toBe(1);
  const none = fresh(fleet, 'status');
  expect(none).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('error USAGE') });
});

test('a name with control characters does not steer the terminal', () => {
  const { stdout } = fresh(fleet, 'status', 'current', '\u001b[31mred');
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('\\u{1b}[31mred');
});
