import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { createFileSink } from '../../../runtime/features/prediction-log/file-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-sink-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('a file is put aside before it is too large, and the oldest goes', async () => {
  const sink = createFileSink({ path: join(folder, 'deep/log.jsonl'), maxBytes: 8, files: 3 });
  for (const line of ['1111\n', '2\n', '3333\n', '4444\n', '5555\n']) await sink.write(Buffer.from(line));
  await sink.close();
  expect(readdirSync(join(folder, 'deep')).sort()).toEqual(['log.jsonl', 'log.jsonl.1', 'log.jsonl.2']);
  expect(['log.jsonl', 'log.jsonl.1', 'log.jsonl.2'].map((name) => read(`deep/${name}`))).toEqual([
    '5555\n',
    '4444\n',
    '3333\n',
  ]);
});

test('a file that is there already is gone on with', async () => {
  const options = { path: join(folder, 'log'), maxBytes: 12, files: 2 };
  for (const line of ['aaaa\n', 'bbbb\n', 'cccc\n']) {
    const sink = createFileSink(options);
    await sink.write(Buffer.from(line));
    await sink.close();
  }
  expect([read('log'), read('log.1')]).toEqual(['cccc\n', 'aaaa\nbbbb\n']);
});

test('the oldest is gone before another file takes its place', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'aaaa\n');
  // Two names of one file: renamed onto each other they would both stay, and the full one would be written on.
  linkSync(path, `${path}.1`);
  const sink = createFileSink({ path, maxBytes: 6, files: 2 });
  await sink.write(Buffer.from('bbbb\n'));
  await sink.close();
  expect([read('log'), read('log.1')]).toEqual(['bbbb\n', 'aaaa\n']);
});

test('with one file nothing is kept beside it', async () => {
  const sink = createFileSink({ path: join(folder, 'log'), maxBytes: 6, files: 1 });
  await sink.write(Buffer.from('aaaa\n'));
  await sink.write(Buffer.from('bbbb\n'));
  await sink.close();
  expect([readdirSync(folder), read('log')]).toEqual([['log'], 'bbbb\n']);
});

test('others on the machine may not read it', async () => {
  const sink = createFileSink({ path: join(folder, 'log'), maxBytes: 100, files: 1 });
  await sink.write(Buffer.from('a\n'));
  await sink.close();
  if (process.platform !== 'win32') expect(statSync(join(folder, 'log')).mode & 0o077).toBe(0);
});

test('a file that was removed, or put aside by another, is made anew', async () => {
  const clock = jest.spyOn(performance, 'now');
  let now = 0;
  clock.mockImplementation(() => now);
  const path = join(folder, 'deep/log');
  const sink = createFileSink({ path, maxBytes: 100, files: 2 });
  await sink.write(Buffer.from('a\n'));
  rmSync(join(folder, 'deep'), { recursive: true });
  now += 1000;
  await sink.write(Buffer.from('b\n'));
  expect(read('deep/log')).toBe('b\n');
  renameSync(path, join(folder, 'aside'));
  now += 1000;
  await sink.write(Buffer.from('c\n'));
  await sink.close();
  clock.mockRestore();
  expect([read('aside'), read('deep/log')]).toEqual(['b\n', 'c\n']);
});

/** A device of Linux that is always full. */
const onFullDisk = existsSync('/dev/full') ? test : test.skip;

onFullDisk('a full disk is an error of that write alone', async () => {
  const full = createFileSink({ path: '/dev/full', maxBytes: 100, files: 1 });
  await expect(full.write(Buffer.from('a\n'))).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(full.write(Buffer.from('b\n'))).rejects.toMatchObject({ code: 'ENOSPC' });
  await full.close();
});
