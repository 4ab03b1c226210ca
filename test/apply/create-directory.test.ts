import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectory } from '../../generators/apply/create-directory.ts';
import { inspectTarget } from '../../generators/apply/target.ts';

const files = [
  { path: 'a/b/one.txt', bytes: Buffer.from('one'), mode: 0o644 },
  { path: 'run.sh', bytes: Buffer.from('two'), mode: 0o755 },
];
let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'create-directory-'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const everything = () => fs.readdirSync(root, { recursive: true }).sort();

test('a directory that does not exist appears whole, with the folders above it', () => {
  createDirectory(inspectTarget(join(root, 'x', 'y')), files);
  expect(everything()).toEqual(
    ['x', 'x/y', 'x/y/a', 'x/y/a/b', 'x/y/a/b/one.txt', 'x/y/run.sh'].map((path) => join(path)),
  );
  expect(fs.readFileSync(join(root, 'x/y/a/b/one.txt'), 'utf8')).toBe('one');
  if (process.platform !== 'win32') {
    expect(fs.statSync(join(root, 'x/y/run.sh')).mode & 0o777).toBe(0o755 & ~process.umask());
    expect(fs.statSync(join(root, 'x/y')).mode & 0o777).toBe(0o777 & ~process.umask());
  }
});

test('an empty directory stays the same directory', () => {
  const before = fs.statSync(root).ino;
  createDirectory(inspectTarget(root), files);
  expect(fs.statSync(root).ino).toBe(before);
  expect(everything()).toEqual(['a', 'a/b', 'a/b/one.txt', 'run.sh'].map((path) => join(path)));
});

test('an empty directory that appears meanwhile is somebody else’s', () => {
  const path = join(root, 'x');
  const meanwhile: typeof fs = {
    ...fs,
    chmodSync: (...args) => {
      fs.chmodSync(...args);
      fs.mkdirSync(path);
    },
  };
  expect(() => createDirectory(inspectTarget(path), files, meanwhile)).toThrow(
    expect.objectContaining({ code: 'DIRECTORY_NOT_EMPTY' }),
  );
  expect(everything()).toEqual(['x']);
});

type Call = 'chmodSync' | 'mkdirSync' | 'mkdtempSync' | 'readdirSync' | 'renameSync' | 'writeFileSync';

/** The real file system, of which the nth call of one kind fails. */
function failing(call: Call, nth: number, code: string): typeof fs {
  let seen = 0;
  const broken = (...args: unknown[]) => {
    seen++;
    if (seen === nth) throw Object.assign(new Error(`${code}: made to fail`), { code });
    return (fs[call] as (...args: unknown[]) => unknown)(...args);
  };
  return { ...fs, [call]: broken };
}

describe.each(['absent', 'empty'] as const)('into a directory that is %s', (state) => {
  const directory = () => (state === 'absent' ? join(root, 'x', 'y') : root);
  const calls: [Call, number][] = [
    ['mkdtempSync', 1],
    ['writeFileSync', 1],
    ['writeFileSync', 2],
    ['renameSync', 1],
    ...(state === 'absent'
      ? [['mkdirSync', 1] as [Call, number], ['chmodSync', 1] as [Call, number]]
      : [['renameSync', 2] as [Call, number]]),
  ];
  test.each(calls)('when %s fails the %d. time, nothing is left', (call, nth) => {
    const target = inspectTarget(directory());
    expect(() => createDirectory(target, files, failing(call, nth, 'ENOSPC'))).toThrow(
      expect.objectContaining({ code: 'DISK_FULL' }),
    );
    expect(everything()).toEqual([]);
  });
});

/** The real file system, where something else happens just before the nth call of one kind. */
function interrupted(call: Call, nth: number, happens: () => void): typeof fs {
  let seen = 0;
  const late = (...args: unknown[]) => {
    seen++;
    if (seen === nth) happens();
    return (fs[call] as (...args: unknown[]) => unknown)(...args);
  };
  return { ...fs, [call]: late };
}

describe('what others write meanwhile', () => {
  const occupied = expect.objectContaining({ code: 'DIRECTORY_NOT_EMPTY' });

  test('stays where a run fails beside it, with the folders that this run made for both', () => {
    const mine = inspectTarget(join(root, 'team', 'x', 'mine'));
    const busy = interrupted('chmodSync', 1, () => {
      createDirectory(inspectTarget(join(root, 'team', 'theirs')), files);
      throw Object.assign(new Error('made to fail'), { code: 'ENOSPC' });
    });
    expect(() => createDirectory(mine, files, busy)).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
    expect(fs.readdirSync(join(root, 'team'))).toEqual(['theirs']);
    expect(fs.readdirSync(join(root, 'team', 'theirs')).sort()).toEqual(['a', 'run.sh']);
  });

  test.each(['chmodSync', 'renameSync'] as const)('in the place itself (before %s) stays, and is said', (call) => {
    const path = join(root, 'x', 'y');
    const busy = interrupted(call, 1, () => {
      fs.mkdirSync(path);
      fs.writeFileSync(join(path, 'theirs'), '');
    });
    expect(() => createDirectory(inspectTarget(path), files, busy)).toThrow(occupied);
    expect(everything()).toEqual(['x', 'x/y', 'x/y/theirs'].map((each) => join(each)));
  });

  const record = [...files, { path: '.ml-serving/manifest.json', bytes: Buffer.from('{}'), mode: 0o644 }];
  const whole = ['.ml-serving', '.ml-serving/manifest.json', 'a', 'a/b', 'a/b/one.txt', 'run.sh'].map((p) => join(p));
  const theirs = record.map((file) => ({ ...file, bytes: Buffer.from(`theirs ${file.path}`) }));

  test('a second run into an empty directory finds it claimed; the first one ends whole', () => {
    const target = inspectTarget(root);
    for (const [call, nth] of [
      ['readdirSync', 1],
      ['writeFileSync', 2],
      ['renameSync', 2],
      ['renameSync', 3],
    ] as const) {
      const busy = interrupted(call, nth, () => {
        expect(() => createDirectory(target, theirs)).toThrow(occupied);
      });
      createDirectory(target, record, busy);
      expect(everything()).toEqual(whole);
      expect(fs.readFileSync(join(root, 'run.sh'), 'utf8')).toBe('two');
      for (const name of fs.readdirSync(root)) fs.rmSync(join(root, name), { recursive: true });
    }
  });

  test('a run that comes too late leaves the repository of the first one whole', () => {
    const target = inspectTarget(root);
    const busy = interrupted('mkdirSync', 1, () => createDirectory(target, theirs));
    expect(() => createDirectory(target, record, busy)).toThrow(occupied);
    expect(everything()).toEqual(whole);
    expect(fs.readFileSync(join(root, 'run.sh'), 'utf8')).toBe('theirs run.sh');
  });

  test.each(['readdirSync', 'renameSync'] as const)('a file in the empty directory (before %s) stays', (call) => {
    const busy = interrupted(call, 1, () => fs.writeFileSync(join(root, 'run.sh'), 'theirs'));
    expect(() => createDirectory(inspectTarget(root), record, busy)).toThrow(occupied);
    expect(everything()).toEqual(['run.sh']);
    expect(fs.readFileSync(join(root, 'run.sh'), 'utf8')).toBe('theirs');
  });
});

test('a name as long as the file system takes', () => {
  const path = join(root, 'n'.repeat(255));
  createDirectory(inspectTarget(path), files);
  expect(fs.readdirSync(path).sort()).toEqual(['a', 'run.sh']);
});

test.each([
  ['EACCES', 'NOT_WRITABLE'],
  ['EROFS', 'NOT_WRITABLE'],
  ['EIO', 'APPLY_FAILED'],
])('%s is %s', (system, code) => {
  const broken = failing('mkdtempSync', 1, system);
  expect(() => createDirectory(inspectTarget(join(root, 'x')), files, broken)).toThrow(
    expect.objectContaining({ code }),
  );
});

describe('the target', () => {
  test('a file, a path below a file, the root, no name and a NUL are refused', () => {
    fs.writeFileSync(join(root, 'file'), '');
    for (const bad of [join(root, 'file'), join(root, 'file', 'below'), '/', '  ', 'a\0b']) {
      expect(() => inspectTarget(bad)).toThrow(expect.objectContaining({ code: 'DIRECTORY_INVALID' }));
    }
  });

  test('what lies in an occupied directory is listed, hidden files too', () => {
    fs.writeFileSync(join(root, '.hidden'), '');
    expect(inspectTarget(root)).toMatchObject({ state: 'occupied', entries: ['.hidden'] });
  });

  test('a link to nothing, and a folder below one, are refused; a link to a directory is that directory', () => {
    fs.symlinkSync(join(root, 'nowhere'), join(root, 'dead'));
    for (const bad of [join(root, 'dead'), join(root, 'dead', 'x', 'y')]) {
      expect(() => inspectTarget(bad)).toThrow(
        expect.objectContaining({
          code: 'DIRECTORY_INVALID',
          message: expect.stringContaining('is a link to nothing'),
        }),
      );
    }
    fs.mkdirSync(join(root, 'there'));
    fs.symlinkSync(join(root, 'there'), join(root, 'alive'));
    expect(inspectTarget(join(root, 'alive'))).toMatchObject({ state: 'empty' });
    expect(inspectTarget(join(root, 'alive', 'new'))).toMatchObject({ state: 'absent' });
  });
});
