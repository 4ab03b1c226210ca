import type { Datatype } from '../../../runtime/contract/serving.ts';
import { createBinaryReader, decodeBytes, encodeBytes } from '../../../runtime/http/v2/binary.ts';

const spec = (datatype: Datatype) => ({ name: 'x', datatype, shape: [-1] });
const decode = (datatype: Datatype, bytes: readonly number[], count: number) =>
  decodeBytes(Buffer.from(bytes), count, spec(datatype), 'x');
const invalid = (message: string) => expect.objectContaining({ code: 'INVALID_INPUT', message });

const STRINGS = [1, 0, 0, 0, 0x61, 0, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0xbc];

test('numbers are little-endian, wherever in the body they start', () => {
  const odd = Buffer.from([0xff, 1, 0, 0, 0, 2, 1, 0, 0]).subarray(1);
  expect(decodeBytes(odd, 2, spec('INT32'), 'x')).toEqual(Int32Array.of(1, 258));
  expect(() => decodeBytes(odd, 3, spec('INT32'), 'x')).toThrow(invalid('x: expected 12 bytes, found 8'));
});

test('strings have their length before them, and are as many as the shape says', () => {
  expect(decode('BYTES', STRINGS, 3)).toEqual(['a', '', 'ü']);
  expect(() => decode('BYTES', STRINGS, 2)).toThrow(invalid('x: expected 2 strings, found 3'));
  expect(() => decode('BYTES', STRINGS, 4)).toThrow(invalid('x: expected 4 strings, found 3'));
});

test.each([
  ['a length that is cut', [1, 0, 0]],
  ['a string that is cut', STRINGS.slice(0, -1)],
  ['a length beyond all bounds', [0xff, 0xff, 0xff, 0xff, 0x61]],
  ['bytes that are no UTF-8', [1, 0, 0, 0, 0xff]],
  ['a zero', [1, 0, 0, 0, 0]],
])('%s is refused', (_, bytes) => {
  expect(() => decode('BYTES', bytes, 1)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});

test('a truth is 0 or 1', () => {
  expect(decode('BOOL', [0, 1, 1], 3)).toEqual(Uint8Array.of(0, 1, 1));
  expect(() => decode('BOOL', [0, 1, 2], 3)).toThrow(invalid('x[2]: expected a byte 0 or 1, found 2'));
});

test('tensors are read one behind the other, to the last byte', () => {
  const reader = createBinaryReader(Buffer.from([1, 0, 2, 3, 9]));
  expect(reader.read(2, 1, spec('UINT16'), 'a')).toEqual(Uint16Array.of(1));
  expect(reader.read(2, 2, spec('UINT8'), 'b')).toEqual(Uint8Array.of(2, 3));
  expect(() => reader.end()).toThrow('1 bytes more than its tensors have');
  expect(() => reader.read(2, 2, spec('UINT8'), 'c')).toThrow(/c: expected 2 bytes behind the JSON/);
});

test('of an output that is a part of a larger buffer, its own bytes are written', () => {
  const part = Float32Array.of(1, 2, 3, 4, 5).subarray(2);
  expect(part.byteOffset).toBe(8);
  const written = encodeBytes(part, 1, 3);
  expect(new Float32Array(written.slice().buffer)).toEqual(Float32Array.of(4, 5));
});

test('strings are written as they are read', () => {
  expect([...encodeBytes(['before', 'a', '', 'ü', 'behind'], 1, 4)]).toEqual(STRINGS);
});
