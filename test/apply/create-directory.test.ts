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

type Call = 'mkdirSync' | 'mkdtempSync' | 'writeFileSync' | 'chmodSync' | 'renameSync';

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
});
