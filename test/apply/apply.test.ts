import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { abortApply, applyChanges, continueApply, finishApply } from '../../generators/apply/apply.ts';
import type { Before, WriteChange } from '../../generators/apply/change.ts';
import type { Disk } from '../../generators/apply/disk.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { observe } from '../../generators/apply/observe.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { streamed } from '../../generators/contents.ts';
import { remove, write } from '../support/change.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { planFor } from './plan.ts';
import { freshRepository } from './scenario.ts';

const LOCAL = '.ml-serving/local';

function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

describe('applyChanges', () => {
  it('writes, deletes, swaps files and folders and leaves the rest alone', () => {
    const root = freshRepository();
    applyChanges(root, planFor(root));
    const tree = snapshot(root, { without: LOCAL });
    expect(Object.keys(tree)).toEqual([
      '.ml-serving/',
      '.ml-serving/manifest.json',
      'README.md',
      'becomes-file',
      'becomes-folder/',
      'becomes-folder/inner.txt',
      'docs/',
      'docs/keep.md',
      'new/',
      'new/folder/',
      'new/folder/file.ts',
      'run.sh',
      'src/',
      'src/app.ts',
      'untouched.bin',
    ]);
    expect(tree['README.md']).toContain('new readme');
    expect(tree['run.sh']).toMatch(/^6/);
    expect(pendingApply(root)).toBeNull();
  });

  it('keeps what was there before as the backup and hides its own folder from Git', () => {
    const root = freshRepository();
    applyChanges(root, planFor(root));
    const backup = snapshot(join(root, LOCAL, 'backup', 'old'));
    expect(Object.values(backup).join()).toContain('goes, and its folders with it');
    expect(read(root, `${LOCAL}/.gitignore`)).toBe('*\n');
    expect(existsSync(join(root, LOCAL, 'lock'))).toBe(false);
  });

  it('does nothing, and leaves nothing behind, where nothing changes', () => {
    const root = freshRepository();
    const old = snapshot(root);
    applyChanges(root, [write(root, 'README.md', 'old readme\n')]);
    expect(snapshot(root)).toEqual(old);
  });

  it('keeps the permission bits of a person and changes the run bit only', () => {
    const root = freshRepository();
    chmodSync(join(root, 'README.md'), 0o640);
    applyChanges(root, [write(root, 'README.md', 'new\n', 0o755)]);
    expect(statSync(join(root, 'README.md')).mode & 0o777).toBe(0o750);
  });

  it('works in a folder that has no record yet', () => {
    const root = folderWith({ 'mine.txt': 'mine' });
    applyChanges(root, [write(root, '.ml-serving/manifest.json', '{}'), write(root, 'src/a.ts', 'a')]);
    expect(read(root, 'src/a.ts')).toBe('a');
    expect(read(root, 'mine.txt')).toBe('mine');
  });
});

describe('applyChanges refuses before anything is touched', () => {
  it.each([
    ['../outside', 'PATH_UNSAFE'],
    ['/etc/passwd', 'PATH_UNSAFE'],
    ['a//b', 'PATH_UNSAFE'],
    ['a\\b', 'PATH_UNSAFE'],
    ['C:/x', 'PATH_UNSAFE'],
    ['.git/hooks/pre-commit', 'PATH_UNSAFE'],
    ['sub/.GIT/config', 'PATH_UNSAFE'],
    ['.g\u200cit/config', 'PATH_UNSAFE'],
    ['git~1/config', 'PATH_UNSAFE'],
    ['node_modules/x/index.js', 'PATH_UNSAFE'],
    ['docs/aux.md', 'PATH_UNSAFE'],
    ['COM1', 'PATH_UNSAFE'],
    ['trailing./x', 'PATH_UNSAFE'],
    ['\ud800', 'PATH_UNSAFE'],
    ['.ml-serving/local', 'PATH_UNSAFE'],
    ['.ML-SERVING/local', 'PATH_UNSAFE'],
    ['.ml-serving/local/lock', 'PATH_UNSAFE'],
    ['.ML-SERVING/Local/lock', 'PATH_UNSAFE'],
  ])('the path %j', (path, code) => {
    const root = freshRepository();
    const old = snapshot(root);
    const bytes = Buffer.from('x');
    const change = { kind: 'write', path, bytes, mode: 0o644, before: 'absent' } as const;
    expect(() => applyChanges(root, [change])).toThrow(expect.objectContaining({ code }));
    expect(snapshot(root)).toEqual(old);
  });

  it.each([
    ['two spellings of a file', ['docs/Guide.md', 'docs/guide.md']],
    ['two spellings of a folder', ['Docs/a.md', 'docs/b.md']],
    ['composed and decomposed letters', ['caf\u00e9', 'cafe\u0301']],
    ['a file that is also a folder', ['x', 'x/y']],
    ['one path twice', ['x', 'x']],
  ])('%s', (_, paths) => {
    const root = freshRepository();
    const changes = paths.map((path) => write(root, path, 'x'));
    expect(() => applyChanges(root, changes)).toThrow(expect.objectContaining({ code: 'PLAN_COLLISION' }));
  });

  it('a file that was edited after the plan was made', () => {
    const root = freshRepository();
    const plan = planFor(root);
    putFiles(root, { 'src/app.ts': 'edited meanwhile\n' });
    const old = snapshot(root);
    expect(() => applyChanges(root, plan)).toThrow(expect.objectContaining({ code: 'CHANGED_ON_DISK' }));
    expect(snapshot(root)).toEqual(old);
  });

  it('a file that is edited after it was looked at, before it is backed up', () => {
    const root = freshRepository();
    const plan = planFor(root);
    const place = join(root, 'src/app.ts');
    const disk: Disk = {
      ...nodeDisk,
      copy: (from, to, mode) => {
        if (from === place) putFiles(root, { 'src/app.ts': 'edited meanwhile\n' });
        nodeDisk.copy(from, to, mode);
      },
    };
    expect(() => applyChanges(root, plan, { disk })).toThrow(
      expect.objectContaining({ code: 'CHANGED_ON_DISK', message: expect.stringContaining('backed up') }),
    );
    expect(read(root, 'src/app.ts')).toBe('edited meanwhile\n');
    expect(read(root, 'README.md')).toBe('old readme\n');
  });

  it('a folder in the way that holds files of the user', () => {
    const root = freshRepository();
    const plan = planFor(root);
    putFiles(root, { 'becomes-file/mine.txt': 'mine\n' });
    expect(() => applyChanges(root, plan)).toThrow(expect.objectContaining({ code: 'CHANGED_ON_DISK' }));
    expect(read(root, 'becomes-file/mine.txt')).toBe('mine\n');
  });

  it('a symlink on the way, at the end of it and in place of the record', () => {
    const outside = folderWith({ 'file.txt': 'outside\n' });
    const root = folderWith({ 'a.txt': 'a' });
    symlinkSync(outside, join(root, 'link'), 'dir');
    symlinkSync(join(outside, 'file.txt'), join(root, 'file.txt'));
    const bytes = Buffer.from('x');
    const through = { kind: 'write', path: 'link/new.txt', bytes, mode: 0o644, before: 'absent' } as const;
    expect(() => applyChanges(root, [through])).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
    expect(() => applyChanges(root, [write(root, 'file.txt', 'x')])).toThrow(
      expect.objectContaining({ code: 'CHANGED_ON_DISK' }),
    );
    symlinkSync(outside, join(root, '.ml-serving'), 'dir');
    expect(() => applyChanges(root, [write(root, 'a.txt', 'b')])).toThrow(
      expect.objectContaining({ code: 'PATH_UNSAFE' }),
    );
    expect(snapshot(outside)).toEqual({ 'file.txt': '644 outside\n' });
  });

  it('a read-only file, a folder that may not be written, a full disk', () => {
    const root = freshRepository();
    chmodSync(join(root, 'src/app.ts'), 0o444);
    const old = snapshot(root);
    const refused = (disk: Disk, code: string) =>
      expect(() => applyChanges(root, planFor(root), { disk })).toThrow(expect.objectContaining({ code }));
    refused(nodeDisk, 'NOT_WRITABLE');
    chmodSync(join(root, 'src/app.ts'), 0o644);
    refused({ ...nodeDisk, writable: (folder) => !folder.endsWith('src') }, 'NOT_WRITABLE');
    refused({ ...nodeDisk, freeBytes: () => 1000 }, 'DISK_FULL');
    chmodSync(join(root, 'src/app.ts'), 0o444);
    expect(snapshot(root)).toEqual(old);
  });

  it('a mount point on the way', () => {
    const root = freshRepository();
    const disk: Disk = {
      ...nodeDisk,
      entry: (path) => {
        const entry = nodeDisk.entry(path);
        return entry !== null && path.endsWith('src') ? { ...entry, device: entry.device + 1 } : entry;
      },
    };
    expect(() => applyChanges(root, planFor(root), { disk })).toThrow(
      expect.objectContaining({ code: 'NOT_WRITABLE' }),
    );
  });
});

describe('a file system that ignores case', () => {
  /** Finds every name whatever its case, as macOS and Windows do. */
  function caseBlind(root: string): Disk {
    const seen = (place: string): string => {
      if (!place.startsWith(`${root}/`)) return place;
      return place
        .slice(root.length + 1)
        .split('/')
        .reduce((folder, name) => {
          const names = nodeDisk.entry(folder)?.kind === 'folder' ? nodeDisk.list(folder) : [];
          return join(folder, names.find((other) => other.toLowerCase() === name.toLowerCase()) ?? name);
        }, root);
    };
    return {
      ...nodeDisk,
      entry: (path) => nodeDisk.entry(seen(path)),
      read: (path) => nodeDisk.read(seen(path)),
      hash: (path) => nodeDisk.hash(seen(path)),
      copy: (from, to, mode) => nodeDisk.copy(seen(from), to, mode),
      unlink: (path) => nodeDisk.unlink(seen(path)),
      rename: (from, to) => nodeDisk.rename(seen(from), seen(to)),
    };
  }

  const rename = (root: string) => [remove(root, 'README.md'), write(root, 'Readme.md', 'other case\n')];

  it('renames a file to another case, and takes it back', () => {
    const root = freshRepository();
    const old = snapshot(root);
    const disk = caseBlind(root);
    applyChanges(root, rename(root), { disk, hold: true });
    expect(snapshot(root)).toHaveProperty(['Readme.md']);
    expect(snapshot(root)).not.toHaveProperty(['README.md']);
    abortApply(root, disk);
    expect(snapshot(root)).toEqual(old);
  });

  it('does not write over a file of the user in another case', () => {
    const root = freshRepository();
    const changes = [write(root, 'readme.md', 'template\n')];
    expect(() => applyChanges(root, changes, { disk: caseBlind(root) })).toThrow(
      expect.objectContaining({ code: 'CHANGED_ON_DISK' }),
    );
    expect(read(root, 'README.md')).toBe('old readme\n');
  });
});

describe('a held run', () => {
  it('is undone byte for byte, and later edits are kept aside', () => {
    const root = freshRepository();
    const old = snapshot(root);
    applyChanges(root, planFor(root), { hold: true });
    expect(pendingApply(root)?.state).toBe('held');
    putFiles(root, { 'src/app.ts': 'resolved by hand\n', 'src/gone/deep/only.ts': 'made anew\n' });
    unlinkSync(join(root, 'README.md'));
    expect(abortApply(root).sort()).toEqual(['src/app.ts', 'src/gone/deep/only.ts']);
    expect(snapshot(root, { without: LOCAL })).toEqual(old);
    expect(read(root, `${LOCAL}/rescued/src__app.ts`)).toBe('resolved by hand\n');
  });

  it('blocks another run until it is finished', () => {
    const root = freshRepository();
    applyChanges(root, planFor(root), { hold: true });
    expect(() => applyChanges(root, [write(root, 'x', 'x')])).toThrow(expect.objectContaining({ code: 'PENDING' }));
    finishApply(root);
    applyChanges(root, [write(root, 'x', 'x')]);
    expect(read(root, 'x')).toBe('x');
    expect(() => finishApply(root)).toThrow(expect.objectContaining({ code: 'NOTHING_PENDING' }));
    expect(() => abortApply(root)).toThrow(expect.objectContaining({ code: 'NOTHING_PENDING' }));
    expect(() => continueApply(root)).toThrow(expect.objectContaining({ code: 'NOTHING_PENDING' }));
  });

  it('refuses a journal that a cloned repository may carry', () => {
    const root = freshRepository();
    const transaction = join(root, LOCAL, 'transaction');
    mkdirSync(transaction, { recursive: true });
    const step = { path: '../victim', before: 'absent', after: 'absent', permissions: null };
    for (const journal of ['{', '{}', JSON.stringify({ schema: 1, hold: false, steps: [step], newFolders: [] })]) {
      writeFileSync(join(transaction, 'journal.json'), journal);
      expect(() => abortApply(root)).toThrow(expect.objectContaining({ code: 'JOURNAL_DAMAGED' }));
      expect(() => continueApply(root)).toThrow(expect.objectContaining({ code: 'JOURNAL_DAMAGED' }));
    }
  });

  it('does not restore from a backup that was tampered with', () => {
    const root = freshRepository();
    applyChanges(root, [write(root, 'README.md', 'new\n')], { hold: true });
    writeFileSync(join(root, LOCAL, 'transaction', 'old', '0'), 'tampered');
    expect(() => abortApply(root)).toThrow(expect.objectContaining({ code: 'APPLY_HALF' }));
    expect(read(root, 'README.md')).toBe('new\n');
  });
});

describe('the lock', () => {
  const lock = (root: string, holder: string) => putFiles(root, { [`${LOCAL}/lock`]: holder });
  const since = '2026-01-01T00:00:00.000Z';
  /** More than any process id. */
  const DEAD = 2 ** 22 + 1;

  it('keeps a second run out while the first lives', () => {
    const root = freshRepository();
    const old = snapshot(root, { without: LOCAL });
    const living = JSON.stringify({ pid: process.ppid, host: hostname(), since });
    const elsewhere = JSON.stringify({ pid: 1, host: 'another-machine', since });
    for (const holder of [living, elsewhere, '']) {
      lock(root, holder);
      expect(() => applyChanges(root, planFor(root))).toThrow(expect.objectContaining({ code: 'BUSY' }));
    }
    expect(snapshot(root, { without: LOCAL })).toEqual(old);
  });

  it('of another machine is never taken over: nobody here knows whether its process has died', () => {
    const root = freshRepository();
    const holder = JSON.stringify({ pid: DEAD, host: 'elsewhere', since });
    lock(root, holder);
    expect(() => applyChanges(root, planFor(root))).toThrow(
      expect.objectContaining({ code: 'BUSY', message: expect.stringContaining('elsewhere') }),
    );
    expect(read(root, `${LOCAL}/lock`)).toBe(holder);
  });

  it('is given back where another run was faster in taking it over', () => {
    const root = freshRepository();
    const living = JSON.stringify({ pid: process.ppid, host: hostname(), since });
    lock(root, JSON.stringify({ pid: DEAD, host: hostname(), since }));
    const disk: Disk = {
      ...nodeDisk,
      rename: (from, to) => {
        if (from.endsWith('lock')) lock(root, living);
        nodeDisk.rename(from, to);
      },
    };
    expect(() => applyChanges(root, planFor(root), { disk })).toThrow(expect.objectContaining({ code: 'BUSY' }));
    expect(read(root, `${LOCAL}/lock`)).toBe(living);
    expect(read(root, 'README.md')).toBe('old readme\n');
  });

  it('is taken over from a process that has died', () => {
    const root = freshRepository();
    lock(root, JSON.stringify({ pid: DEAD, host: hostname(), since }));
    applyChanges(root, planFor(root));
    expect(read(root, 'src/app.ts')).toBe('new app\n');
  });
});

describe('files that are larger than memory', () => {
  /** The real disk, on which nothing but the engine's own small files may be read as a whole. */
  const streaming: Disk = {
    ...nodeDisk,
    read: (path) => {
      if (!path.endsWith('.json') && !path.endsWith('lock')) throw new Error(`${path} was read as a whole`);
      return nodeDisk.read(path);
    },
  };
  const weights = (byte: number) => {
    const piece = Buffer.alloc(1000, byte);
    return streamed(
      3000,
      () => [piece, piece, piece],
      () => new Error('changed'),
    );
  };

  it('are written, backed up, put back and kept aside without being read as a whole', () => {
    const root = folderWith({ '.ml-serving/manifest.json': '{}', 'model/data': 'old' });
    const before = observe(streaming, join(root, 'model/data')) as Before;
    const changes: WriteChange[] = [
      { kind: 'write', path: 'model/data', bytes: weights(1), mode: 0o644, before },
      { kind: 'write', path: 'model/more', bytes: weights(2), mode: 0o644, before: 'absent' },
    ];
    const kept = applyChanges(root, changes, { disk: streaming, hold: true, keep: new Set(['model/data']) });
    expect(read(root, `${kept}/model/data`)).toBe('old');
    expect(readFileSync(join(root, 'model/data')).equals(Buffer.alloc(3000, 1))).toBe(true);
    putFiles(root, { 'model/more': 'edited since' });
    expect(abortApply(root, streaming)).toEqual(['model/more']);
    expect(read(root, 'model/data')).toBe('old');
    expect(read(root, '.ml-serving/local/rescued/model__more')).toBe('edited since');
  });
});
