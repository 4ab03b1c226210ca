import { mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { abortApply, applyChanges, continueApply, finishApply } from '../../generators/apply/apply.ts';
import type { Disk } from '../../generators/apply/disk.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { dyingDisk, faultyDisk } from '../support/fault.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { planFor } from './plan.ts';
import { freshRepository } from './scenario.ts';

const tree = (root: string) => snapshot(root, { without: '.ml-serving/local' });

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

/** A run that died when it came to a place, and could not undo what it had done. */
function interrupted(at: string, by: 'rename' | 'unlink' = 'rename'): string {
  const root = freshRepository();
  const disk = dyingDisk(fastDisk, (call, args) => call === by && `${args.at(-1)}`.endsWith(at));
  expect(() => applyChanges(root, planFor(root), { disk })).toThrow(expect.objectContaining({ code: 'APPLY_HALF' }));
  rmSync(join(root, '.ml-serving/local/lock'), { force: true });
  expect(pendingApply(root)?.state).toBe('half');
  return root;
}

describe('--continue that fails', () => {
  it.each(['EIO', 'ENOSPC', 'EACCES'])(
    'with %s says that the change stands half-way, whichever call it was',
    (code) => {
      const counting = faultyDisk(fastDisk, { at: Number.POSITIVE_INFINITY, how: 'once' });
      const whole = interrupted('README.md');
      continueApply(whole, counting.disk);
      const codes = new Set<unknown>();
      for (let at = 0; at < counting.calls(); at++) {
        const root = interrupted('README.md');
        const old = tree(root);
        const error = thrown(() => continueApply(root, faultyDisk(fastDisk, { at, how: 'once', code }).disk));
        if (error === null) {
          expect(tree(root)).toEqual(tree(whole));
          continue;
        }
        const { exit, code: name } = error as { exit: number; code: string };
        codes.add(name);
        // Exit code 1 is for a run that has changed nothing.
        if (exit === 1) expect(tree(root)).toEqual(old);
        if (name === 'APPLY_OPEN') expect(tree(root)).toEqual(tree(whole));
        const way = pendingApply(root)?.state === 'half' ? '--continue' : 'tidies up';
        if (exit === 4) expect(error).toMatchObject({ hint: expect.stringContaining(way) });
      }
      expect([...codes]).toEqual(expect.arrayContaining(['APPLY_HALF', 'APPLY_OPEN']));
      // Its advice is to throw the journal away.
      expect(codes).not.toContain('JOURNAL_DAMAGED');
    },
  );

  it('over an edit says so, and does not promise that anything was put back', () => {
    const root = interrupted('src/app.ts');
    putFiles(root, { 'src/app.ts': 'edited meanwhile\n' });
    const error = thrown(() => continueApply(root));
    expect(error).toMatchObject({
      code: 'APPLY_HALF',
      exit: 4,
      message: expect.stringContaining('src/app.ts was changed'),
    });
  });

  it('is refused once undoing has begun, which names the only way', () => {
    const root = interrupted('README.md');
    const dies = dyingDisk(fastDisk, (call, args) => call === 'rename' && `${args[1]}`.endsWith('only.ts'));
    const half = thrown(() => abortApply(root, dies));
    expect(half).toMatchObject({ code: 'APPLY_HALF', exit: 4, hint: expect.stringContaining('--abort') });
    expect(half).toMatchObject({ hint: expect.not.stringContaining('--continue') });
    rmSync(join(root, '.ml-serving/local/lock'), { force: true });
    const old = tree(root);
    expect(() => continueApply(root)).toThrow(expect.objectContaining({ code: 'PENDING' }));
    expect(tree(root)).toEqual(old);
    abortApply(root);
    expect(tree(root)).toEqual(tree(freshRepository()));
  });

  it('does not follow a link that has come onto the way', () => {
    for (const at of ['src/app.ts', 'new/folder/file.ts']) {
      const root = interrupted(at);
      const folder = at.split('/')[0] as string;
      const outside = folderWith({ 'app.ts': 'old app\n' });
      rmSync(join(root, folder), { recursive: true, force: true });
      symlinkSync(outside, join(root, folder), 'dir');
      expect(() => continueApply(root)).toThrow(expect.objectContaining({ code: 'APPLY_HALF' }));
      expect(snapshot(outside)).toEqual({ 'app.ts': '644 old app\n' });
    }
  });
});

describe('--continue of a deletion', () => {
  it('does not follow a link that has come onto the way', () => {
    const root = interrupted('only.ts', 'unlink');
    const outside = folderWith({ 'deep/only.ts': 'goes, and its folders with it\n' });
    rmSync(join(root, 'src/gone'), { recursive: true });
    symlinkSync(outside, join(root, 'src/gone'), 'dir');
    expect(() => continueApply(root)).toThrow(/src\/gone.* has become a symlink/);
    expect(snapshot(outside)).toHaveProperty(['deep/only.ts']);
  });
});

describe('closing a held run', () => {
  it('says, where it fails, that the changes are in place and the run is open', () => {
    const root = freshRepository();
    applyChanges(root, planFor(root), { hold: true });
    const fresh = tree(root);
    const broken: Disk = dyingDisk(fastDisk, (call, args) => call === 'rename' && `${args[1]}`.endsWith('backup'));
    expect(thrown(() => finishApply(root, broken))).toMatchObject({ code: 'APPLY_OPEN', exit: 4 });
    rmSync(join(root, '.ml-serving/local/lock'), { force: true });
    expect(tree(root)).toEqual(fresh);
    expect(pendingApply(root)?.state).toBe('held');
    finishApply(root);
    expect(pendingApply(root)).toBeNull();
  });
});

describe('undoing', () => {
  it('counts as done where only its tidying up fails', () => {
    const root = freshRepository();
    const old = tree(root);
    applyChanges(root, planFor(root), { hold: true });
    const broken = faultyTidying();
    expect(abortApply(root, broken)).toEqual([]);
    expect(tree(root)).toEqual(old);
    expect(pendingApply(root)).toBeNull();
    applyChanges(root, planFor(root));
  });

  /** Fails to remove anything of the transaction but its journal. */
  function faultyTidying(): Disk {
    return {
      ...fastDisk,
      unlink(path) {
        if (/transaction.(new|old)/.test(path)) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        fastDisk.unlink(path);
      },
    };
  }

  it.each<[string, string, (root: string) => void]>([
    ['a folder with files', 'src/app.ts', (root) => putFiles(root, { 'src/app.ts/mine.txt': 'mine\n' })],
    ['a folder with a folder', 'src/app.ts', (root) => mkdirSync(join(root, 'src/app.ts/mine'), { recursive: true })],
    ['a link', 'src/app.ts', (root) => symlinkSync('README.md', join(root, 'src/app.ts'))],
    ['a file in a folder’s place', 'src/gone', (root) => putFiles(root, { 'src/gone': 'mine\n' })],
    ['more in a new folder', 'becomes-folder', (root) => putFiles(root, { 'becomes-folder/mine.txt': 'mine\n' })],
  ])('that is blocked by %s names it before anything is touched', (_, path, block) => {
    const root = freshRepository();
    const old = tree(root);
    applyChanges(root, planFor(root), { hold: true });
    unlinkSync(join(root, 'src/app.ts'));
    block(root);
    if (path !== 'src/app.ts') putFiles(root, { 'src/app.ts': 'new app\n' });
    const blocked = snapshot(root);
    expect(thrown(() => abortApply(root))).toMatchObject({
      code: 'CHANGED_ON_DISK',
      exit: 1,
      message: expect.stringContaining(`${path} has become a `),
      hint: expect.stringContaining(path),
    });
    expect(snapshot(root)).toEqual(blocked);
    expect(pendingApply(root)?.state).toBe('held');
    rmSync(join(root, path === 'becomes-folder' ? 'becomes-folder/mine.txt' : path), { recursive: true });
    abortApply(root);
    expect(tree(root)).toEqual(old);
  });

  it('takes the place of an empty folder', () => {
    const root = freshRepository();
    const old = tree(root);
    applyChanges(root, planFor(root), { hold: true });
    unlinkSync(join(root, 'README.md'));
    mkdirSync(join(root, 'README.md'));
    abortApply(root);
    expect(tree(root)).toEqual(old);
  });
});
