import { lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createDirectory } from '../../generators/apply/create-directory.ts';
import { noteOf } from '../../generators/apply/remains.ts';
import { inspectTarget } from '../../generators/apply/target.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { type Outcome, program } from '../support/program.ts';
import { files } from './fill-files.ts';

let child: (...args: string[]) => Outcome;
beforeAll(async () => {
  child = await program(join(import.meta.dirname, 'fill-child.ts'), 'fill-child');
});

const fill = (root: string) => createDirectory(inspectTarget(root), files);

function whole(): object {
  const root = folderWith({});
  fill(root);
  return snapshot(root);
}

/** What was left without its note counts as stale after some seconds; tests do not wait for them. */
function age(root: string): void {
  const claim = join(root, '.ml-serving');
  if (!lstatSync(claim, { throwIfNoEntry: false })) return;
  for (const name of readdirSync(claim)) utimesSync(join(claim, name), 0, 0);
  utimesSync(claim, 0, 0);
}

/** The directory as a run leaves it that dies in some call; null once it no longer dies. */
function killedAt(call: number): string | null {
  const root = folderWith({});
  return child(root, `${call}`).signal === 'SIGKILL' ? root : null;
}

test('a run that is killed while it fills an empty directory, in any call, is cleared away by the next', () => {
  const expected = whole();
  const states = new Set<string>();
  let call = 0;
  for (; ; call++) {
    const root = killedAt(call);
    if (root === null) break;
    age(root);
    const before = snapshot(root);
    const target = inspectTarget(root);
    expect(snapshot(root)).toEqual(before);
    states.add(target.state);
    // With the manifest in place it is a repository, and no longer anybody's to clear away.
    const isWhole = '.ml-serving/manifest.json' in before;
    expect(target.state).toBe(isWhole ? 'occupied' : 'empty');
    if (isWhole) expect(before).toMatchObject(expected);
    else {
      fill(root);
      expect(snapshot(root)).toEqual(expected);
    }
  }
  expect(call).toBeGreaterThan(15);
  expect([...states].sort()).toEqual(['empty', 'occupied']);
}, 120_000);

/** A directory in which a run died with some files in place. */
function halfFilled(): string {
  for (let call = 15; ; call++) {
    const root = killedAt(call);
    if (root === null) throw new Error('no call leaves half a repository');
    if (readdirSync(root).includes('src')) return root;
  }
}

describe('what somebody else put there', () => {
  test.each<[string, (root: string) => void]>([
    ['a file of their own', (root) => putFiles(root, { 'notes.txt': 'mine' })],
    ['a file of their own in a folder of ours', (root) => putFiles(root, { 'src/mine.ts': 'mine' })],
    ['a file of ours that they changed', (root) => putFiles(root, { 'src/app.ts': 'mine' })],
    ['a link', (root) => symlinkSync('/etc', join(root, 'etc'))],
    ['a file in the folder of the record', (root) => putFiles(root, { '.ml-serving/mine.yaml': 'mine' })],
  ])('%s keeps the directory occupied, and everything in it', (_, put) => {
    const root = halfFilled();
    put(root);
    const before = snapshot(root);
    expect(inspectTarget(root).state).toBe('occupied');
    expect(() => createDirectory({ path: root, state: 'empty', entries: [] }, files)).toThrow(
      expect.objectContaining({ code: 'DIRECTORY_NOT_EMPTY' }),
    );
    expect(snapshot(root)).toEqual(before);
  });
});

describe('a note', () => {
  function noted(note: string): string {
    const root = folderWith({ 'README.md': 'contents of README.md\n', '.ml-serving/.staging-a.json': note });
    mkdirSync(join(root, '.ml-serving', '.staging-a'));
    return root;
  }
  const DEAD = 2 ** 30;
  const by = (change: object) =>
    JSON.stringify({ ...JSON.parse(noteOf(files)), pid: DEAD, host: hostname(), ...change });

  test.each<[string, string, 'empty' | 'occupied']>([
    ['of a dead process of this machine', by({}), 'empty'],
    ['of a living process', by({ pid: process.ppid }), 'occupied'],
    ['of this very process', by({ pid: process.pid }), 'occupied'],
    ['of another machine', by({ host: 'elsewhere' }), 'occupied'],
    ['that names a path outside', by({ files: { '../README.md': 'x' } }), 'occupied'],
    ['that is no JSON', '{', 'occupied'],
    ['that is something else', '[1]', 'occupied'],
  ])('%s leaves the directory %s', (_, note, state) => {
    const root = noted(note);
    expect(inspectTarget(root).state).toBe(state);
  });

  test('of an older run is no leave to clear a repository', () => {
    const root = noted(by({}));
    writeFileSync(join(root, '.ml-serving/manifest.json'), '{}');
    expect(inspectTarget(root).state).toBe('occupied');
  });
});

test('a run that has only just begun is left alone', () => {
  const root = folderWith({});
  mkdirSync(join(root, '.ml-serving'));
  expect(inspectTarget(root).state).toBe('occupied');
  age(root);
  expect(inspectTarget(root).state).toBe('empty');
});
