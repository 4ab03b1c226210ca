import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileSink } from '../../../src/observability/prediction-log/file-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-sink-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('a file is put aside before it is too large, and the oldest goes', async () => {
  const sink = createFileSink({ path: join(folder, 'deep/log.jsonl'), maxBytes: 8, files: 3 });
  for (const line of ['1111\n', '2\n', '3333\n', '4444\n', '5555\n']) await sink.write(line);
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
    await sink.write(line);
    await sink.close();
  }
  expect([read('log'), read('log.1')]).toEqual(['cccc\n', 'aaaa\nbbbb\n']);
});

test('with one file nothing is kept beside it', async () => {
  const sink = createFileSink({ path: join(folder, 'log'), maxBytes: 6, files: 1 });
  await sink.write('aaaa\n');
  await sink.write('bbbb\n');
  await sink.close();
  expect([readdirSync(folder), read('log')]).toEqual([['log'], 'bbbb\n']);
});

test('others on the machine may not read it', async () => {
  const sink = createFileSink({ path: join(folder, 'log'), maxBytes: 100, files: 1 });
  await sink.write('a\n');
  await sink.close();
  if (process.platform !== 'win32') expect(statSync(join(folder, 'log')).mode & 0o077).toBe(0);
});

/** A device of Linux that is always full. */
const onFullDisk = existsSync('/dev/full') ? test : test.skip;

onFullDisk('a full disk is an error of that write alone', async () => {
  const full = createFileSink({ path: '/dev/full', maxBytes: 100, files: 1 });
  await expect(full.write('a\n')).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(full.write('b\n')).rejects.toMatchObject({ code: 'ENOSPC' });
  await full.close();
});
