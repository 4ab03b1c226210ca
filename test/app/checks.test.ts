import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, checkMachine } from '../../generators/app/tools/checks.ts';
import { findExecutable } from '../../generators/app/tools/find-executable.ts';

test.each([
  ['20.19.0', true],
  ['20.18.3', false],
  ['21.0.0', true],
  ['18.20.0', false],
  ['24.1.0', true],
])('Node.js %s is new enough: %s', (version, expected) => {
  expect(atLeast(version, [20, 19])).toBe(expected);
});

test('this machine, which runs the tests, is ready; a directory that does not exist is not', () => {
  expect(checkMachine('.').filter((check) => !check.ok)).toEqual([]);
  expect(checkMachine('/nonexistent').filter((check) => !check.ok)).toEqual([
    { name: 'free space', ok: false, found: expect.stringContaining('ENOENT'), remedy: expect.any(String) },
  ]);
});

describe('a command on the PATH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'path-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const tool = join(folder, process.platform === 'win32' ? 'tool.EXE' : 'tool');
  writeFileSync(tool, '');

  test('is found by its run bit, in the first folder that has it', () => {
    chmodSync(tool, 0o755);
    expect(findExecutable('tool', { PATH: ['/nonexistent', folder].join(process.platform === 'win32' ? ';' : ':') })).toBe(tool);
  });

  const posix = process.platform === 'win32' ? test.skip : test;
  posix('is not found without the run bit', () => {
    chmodSync(tool, 0o644);
    expect(findExecutable('tool', { PATH: folder })).toBeUndefined();
  });

  test('is not found where there is no PATH', () => {
    expect(findExecutable('tool', {})).toBeUndefined();
  });
});
