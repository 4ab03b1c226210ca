import { gunzipSync, gzipSync } from 'node:zlib';
import { packBlob, unpackBlob } from '../../generators/project/blob.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the bytes follow from the contents alone, so every machine writes the same', () => {
  expect(hex(packBlob(Buffer.from('')))).toBe('1f8b080000000000000303000000000000000000');
  expect(hex(packBlob(Buffer.from('abc'.repeat(20))))).toBe('1f8b08000000000000034b4c4a261b01002dfa91e13c000000');
});

test.each([0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 300_000])('%d bytes come back, by any reader', (length) => {
  const bytes = Buffer.alloc(length, 'line of text\n');
  expect(gunzipSync(packBlob(bytes)).equals(bytes)).toBe(true);
  expect(Buffer.from(unpackBlob(packBlob(bytes))).equals(bytes)).toBe(true);
});

test('a blob that an earlier version compressed is read; a damaged one throws', () => {
  const bytes = Buffer.from('some text\n'.repeat(100));
  for (const level of [1, 6, 9]) expect(Buffer.from(unpackBlob(gzipSync(bytes, { level })))).toEqual(bytes);
  const broken = packBlob(bytes).slice();
  broken[20] = (broken[20] ?? 0) ^ 1;
  expect(() => unpackBlob(broken)).toThrow();
});
