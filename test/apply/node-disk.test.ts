import fs from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { folderWith } from '../support/folder.ts';

const { fsyncSync } = fs;
afterEach(() => {
  fs.fsyncSync = fsyncSync;
});

test('contents have reached the device when a file is created', () => {
  const place = join(folderWith({}), 'a');
  const synced: string[] = [];
  fs.fsyncSync = () => void synced.push(fs.readFileSync(place, 'utf8'));
  nodeDisk.create(place, Buffer.from('contents'), 0o644);
  expect(synced).toEqual(['contents']);
});

const onPosix = process.platform === 'win32' ? test.skip : test;

onPosix('a folder is synced, and only a file system that cannot is forgiven', () => {
  const root = folderWith({});
  let code = 'EINVAL';
  let calls = 0;
  fs.fsyncSync = () => {
    calls++;
    throw Object.assign(new Error(code), { code });
  };
  nodeDisk.sync(root);
  expect(calls).toBe(1);
  code = 'EIO';
  expect(() => nodeDisk.sync(root)).toThrow('EIO');
});
