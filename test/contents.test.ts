import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, fileContents, PIECE, sha256Of, streamed, writeContents } from '../generators/contents.ts';
import { sha256 } from '../generators/hash.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'contents-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const BYTES = Buffer.from(Array.from({ length: 2.5 * PIECE }, (_, i) => i * 31));

test('a file is read in pieces, and has the hash of its bytes', () => {
  const path = join(folder, 'a');
  writeFileSync(path, BYTES);
  const contents = fileContents(path);
  expect(contents.length).toBe(BYTES.length);
  expect(Array.from(contents.pieces(), ({ length }) => length)).toEqual([PIECE, PIECE, PIECE / 2]);
  expect(sha256Of(contents)).toBe(sha256(BYTES));
  expect(sha256(bytesOf(contents))).toBe(sha256(BYTES));
});

test('a file that changes after it was hashed is never taken for what was hashed', () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'one');
  const contents = fileContents(path);
  expect(contents.sha256).toBe(sha256(Buffer.from('one')));
  writeFileSync(path, 'two');
  expect(() => bytesOf(contents)).toThrow(expect.objectContaining({ code: 'CHANGED_ON_DISK' }));
});

test('the pieces are read once for the hash, and not hashed where nobody asked', () => {
  let reads = 0;
  const read = () => {
    reads += 1;
    return [Buffer.from('a'), Buffer.from('b')];
  };
  const contents = streamed(2, read, () => new Error('changed'));
  expect([contents.sha256, contents.sha256]).toEqual([sha256(Buffer.from('ab')), sha256(Buffer.from('ab'))]);
  expect(reads).toBe(1);
});

test('a disk that takes a part of a piece gets the rest', () => {
  const path = join(folder, 'out');
  const file = openSync(path, 'w');
  const slowly = ((fd: number, bytes: Uint8Array, from: number, length: number) =>
    writeSync(fd, bytes, from, Math.min(length, 400_000))) as typeof writeSync;
  writeContents(
    file,
    streamed(
      BYTES.length,
      () => [BYTES],
      () => new Error(),
    ),
    slowly,
  );
  closeSync(file);
  expect(readFileSync(path).equals(BYTES)).toBe(true);
});
