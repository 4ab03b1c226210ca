import { readNpy } from '../../runtime/record/read.ts';
import { npy } from '../helpers/npy.ts';

test.each<[string, ArrayBufferView, readonly unknown[]]>([
  ['<f4', Float32Array.of(1.5, -2), [1.5, -2]],
  ['<f8', Float64Array.of(0.1, Number.NaN), [0.1, Number.NaN]],
  ['<f2', Uint16Array.of(0x3c00, 0xc000), [1, -2]],
  ['|u1', Uint8Array.of(0, 255), [0, 255]],
  ['|b1', Uint8Array.of(0, 1), [0, 1]],
  ['<i4', Int32Array.of(-7, 2 ** 31 - 1), [-7, 2 ** 31 - 1]],
  ['<i8', BigInt64Array.of(-1n, 2n ** 60n), [-1n, 2n ** 60n]],
])('%s is read as its numbers', (descr, data, values) => {
  const { dims, values: found } = readNpy(npy(descr, [2, 1], data));
  expect([dims, Array.from(found)]).toEqual([[2, 1], values]);
});

test('an array within a larger buffer, of one axis and of none', () => {
  const file = npy('<f4', [3], Float32Array.of(1, 2, 3));
  const shifted = Buffer.concat([Buffer.alloc(1), file]).subarray(1);
  expect(Array.from(readNpy(shifted).values)).toEqual([1, 2, 3]);
  expect(readNpy(npy('<f4', [], Float32Array.of(4)))).toEqual({ dims: [], values: Float32Array.of(4) });
});

test.each<[string, Buffer, string]>([
  ['another file', Buffer.from('PK\x03\x04 a file of another kind'), 'no file of numpy.save'],
  ['an empty file', Buffer.alloc(0), 'no file of numpy.save'],
  ['objects that would be unpickled', npy('|O', [1], Uint8Array.of(1)), 'it holds |O'],
  ['big-endian numbers', npy('>f4', [1], Float32Array.of(1)), 'it holds >f4'],
  ['Fortran order', npy('<f4', [1, 1], Float32Array.of(1), 'True'), 'Fortran order'],
  [
    'a file that is cut off',
    npy('<f4', [2], Float32Array.of(1, 2)).subarray(0, -1),
    'promises 8 bytes of numbers, and it has 7',
  ],
  ['a header that is cut off', npy('<f4', [2], Float32Array.of(1, 2)).subarray(0, 40), 'header is damaged'],
  ['sizes beyond the file', npy('<f4', [1e15], Float32Array.of(1)), 'promises 4000000000000000 bytes'],
])('%s is refused', (_, file, reason) => {
  expect(() => readNpy(file)).toThrow(reason);
});
