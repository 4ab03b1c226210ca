import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { initRepository, isFreshRepository } from '../../generators/app/tools/git.ts';
import { type Files, folderWith, putFiles } from '../support/folder.ts';
import { git } from '../upgrade/harness.ts';

test('the first commit holds what was written, whatever is ignored, and nothing ignored that was there before', async () => {
  const root = folderWith({
    '.gitignore': '*.onnx\nmodel/golden.json\n',
    'model/model.onnx': 'written',
    'model/golden.json': 'the user’s secret',
    'src/hook.ts': 'the user’s',
    'a file\nwith a line break': 'written',
    'other.txt': 'not named',
  });
  const result = await initRepository(root, {
    written: ['.gitignore', 'model/model.onnx', 'a file\nwith a line break'],
    kept: ['model/golden.json', 'src/hook.ts'],
    message: 'first',
  });
  expect(result).toEqual({ made: true, ignored: ['model/golden.json'] });
  expect(git(root, 'ls-tree', '-r', '-z', '--name-only', 'HEAD').split('\0').filter(Boolean)).toEqual([
    '.gitignore',
    'a file\nwith a line break',
    'model/model.onnx',
    'src/hook.ts',
  ]);
});

test('a failure of Git is reported with its command', async () => {
  const root = folderWith({});
  const commit = { written: ['absent.txt'], kept: [], message: 'first' };
  await expect(initRepository(root, commit)).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringContaining('absent.txt'),
  });
});

describe('a Git repository that nobody has worked in', () => {
  /** As a host makes it: bare, with one commit or none, and cloned. */
  function cloned(files: Files): string {
    const [hosted, root] = [folderWith({}), folderWith({})];
    git(hosted, 'init', '--quiet', '--bare', '-b', 'main');
    git(root, 'clone', '--quiet', hosted, '.');
    if (Object.keys(files).length === 0) return root;
    putFiles(root, files);
    git(root, 'add', '-A');
    git(root, ...IDENTITY, 'commit', '--quiet', '-m', 'Initial commit');
    git(root, 'push', '--quiet', 'origin', 'HEAD');
    return root;
  }
  const IDENTITY = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  const isFresh = (root: string) => isFreshRepository(root, readdirSync(root));
  const HOSTED = { 'README.md': '# theirs\n', LICENSE: 'MIT', '.gitignore': '*.onnx\n' };

  it.each<[string, Files]>([
    ['nothing', {}],
    ['what a host puts there', HOSTED],
    ['a licence and a read-me of other forms', { 'LICENSE.txt': 'MIT', 'readme.rst': 'x', '.gitattributes': '' }],
  ])('holds %s', async (_what, files) => {
    expect(await isFresh(cloned(files))).toBe(true);
  });

  it.each<[string, Files]>([
    ['a file of a person', { ...HOSTED, 'notes.txt': 'mine' }],
    ['a folder', { ...HOSTED, 'src/index.js': '' }],
  ])('is none with %s', async (_what, files) => {
    expect(await isFresh(cloned(files))).toBe(false);
  });

  it('is none with what is in no commit, with files removed, or without a repository', async () => {
    const edited = cloned(HOSTED);
    putFiles(edited, { 'README.md': 'my own words' });
    const emptied = cloned({ ...HOSTED, 'src/index.js': '' });
    rmSync(join(emptied, 'src'), { recursive: true });
    const staged = cloned({});
    putFiles(staged, { LICENSE: 'x' });
    git(staged, 'add', '-A');
    const below = cloned({});
    putFiles(below, { 'iris/README.md': '' });
    for (const root of [edited, emptied, staged, join(below, 'iris'), folderWith(HOSTED)])
      expect(await isFresh(root)).toBe(false);
  });

  it('gets the commit on top of its history, whatever Git is set to do with ends of line', async () => {
    const root = cloned(HOSTED);
    for (const [key, value] of [
      ['core.safecrlf', 'true'],
      ['core.autocrlf', 'true'],
    ] as const)
      git(root, 'config', key, value);
    putFiles(root, { 'README.md': 'ours\n', '.gitattributes': '* text=auto eol=lf\n', 'model/golden.json': '{}\r\n' });
    const written = ['README.md', '.gitattributes', 'model/golden.json'];
    const commit = { written, kept: ['LICENSE'], message: 'first', isFresh: true };
    expect(await initRepository(root, commit)).toEqual({ made: true, ignored: [] });
    expect(git(root, 'log', '--format=%s').trim().split('\n')).toEqual(['first', 'Initial commit']);
    expect(git(root, 'show', 'HEAD~1:README.md')).toBe('# theirs\n');
    expect(git(root, 'show', 'HEAD:README.md')).toBe('ours\n');
    expect(git(root, 'show', 'HEAD:LICENSE')).toBe('MIT');
    expect(git(root, 'status', '--porcelain')).toBe('');
  });
});
