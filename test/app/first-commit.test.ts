import { initRepository } from '../../generators/app/tools/git.ts';
import { folderWith } from '../support/folder.ts';
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
