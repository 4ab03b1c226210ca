import { fromHalf } from '../inference/float16.ts';

/** Numbers of an array in the order of its last axis, and its sizes. */
export interface NumberArray {
  readonly dims: readonly number[];
  readonly values: ArrayLike<number | bigint>;
}

type Read = (bytes: ArrayBuffer) => ArrayLike<number | bigint>;

/** Bytes of an element, and how they are read, by NumPy's names. */
const TYPES: Readonly<Record<string, readonly [bytes: number, read: Read]>> = {
  '|b1': [1, (bytes) => new Uint8Array(bytes)],
  '|u1': [1, (bytes) => new Uint8Array(bytes)],
  '|i1': [1, (bytes) => new Int8Array(bytes)],
  '<u2': [2, (bytes) => new Uint16Array(bytes)],
  '<i2': [2, (bytes) => new Int16Array(bytes)],
  '<f2': [2, (bytes) => Float32Array.from(new Uint16Array(bytes), fromHalf)],
  '<u4': [4, (bytes) => new Uint32Array(bytes)],
  '<i4': [4, (bytes) => new Int32Array(bytes)],
  '<f4': [4, (bytes) => new Float32Array(bytes)],
  '<u8': [8, (bytes) => new BigUint64Array(bytes)],
  '<i8': [8, (bytes) => new BigInt64Array(bytes)],
  '<f8': [8, (bytes) => new Float64Array(bytes)],
};

const MAGIC = '\x93NUMPY';
const HEADER = /^\{'descr': '([^']{1,8})', 'fortran_order': (True|False), 'shape': \(([\d, ]{0,200})\),? ?\}/;

/**
 * Reads a file of numpy.save: little-endian numbers in C order. Objects that Python would unpickle are never read.
 * Source of the format: numpy.lib.format, versions 1.0 to 3.0.
 * @throws Error that says what is wrong with the bytes
 */
export function readNpy(bytes: Uint8Array): NumberArray {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 12 || file.toString('latin1', 0, 6) !== MAGIC) throw new Error('no file of numpy.save');
  const isLong = (file[6] ?? 0) > 1;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? file.readUInt32LE(8) : file.readUInt16LE(8));
  const [, descr = '', fortran, shape = ''] =
    HEADER.exec(file.toString('latin1', start, Math.min(end, start + 512))) ?? [];
  const [size, read] = TYPES[descr] ?? [];
  if (descr === '') throw new Error('its header is damaged');
  if (!size || !read) throw new Error(`it holds ${descr}; record numbers of up to 64 bits`);
  if (fortran === 'True') throw new Error('it is in Fortran order; save numpy.ascontiguousarray(array)');
  const dims = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const expected = dims.reduce((product, axis) => product * axis, size);
  if (file.length - end !== expected) {
    throw new Error(`its header promises ${expected} bytes of numbers, and it has ${Math.max(0, file.length - end)}`);
  }
  const from = bytes.byteOffset + end;
  return { dims, values: read(bytes.buffer.slice(from, from + expected) as ArrayBuffer) };
}
