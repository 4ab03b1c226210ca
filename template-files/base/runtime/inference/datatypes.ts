import type { Datatype } from '../contract/serving.ts';
import { fromHalf, toHalf } from './float16.ts';

/** Elements of a tensor as they cross between threads: strings as a list, all else as the matching typed array. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

export type Element = number | bigint | string;

/** What the server knows of a datatype. */
export interface Kind {
  /** The runtime's name of the type. */
  readonly ort: string;
  /** Bytes of one element; 0 when it varies. */
  readonly bytes: number;
  readonly create: (length: number) => TensorData;
  /** What a JSON value must be, in words. */
  readonly expected: string;
  /** The element that a JSON value stands for; undefined when it stands for none. An integer beyond 2^53 may come as a bigint. */
  readonly parse: (value: unknown) => Element | undefined;
  /** The JSON text of an element. */
  readonly write: (element: Element) => string;
  /** Floats only: the number an element is, to see whether it is finite. */
  readonly toNumber?: (element: number) => number;
  /** Floats only, where an element is not the number itself: the element of a number, NaN and Infinity included. */
  readonly fromNumber?: (value: number) => number;
}

function writeNumber(value: Element): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function integer(ort: string, bytes: number, create: (length: number) => TensorData, min: number, max: number): Kind {
  return {
    ort,
    bytes,
    create,
    expected: `an integer from ${min} to ${max}`,
    parse: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined,
    write: String,
  };
}

function bigInteger(ort: string, create: (length: number) => TensorData, min: bigint, max: bigint): Kind {
  const parseText = (text: string): bigint | undefined => {
    if (!/^-?\d{1,20}$/.test(text)) return undefined;
    const value = BigInt(text);
    return value >= min && value <= max ? value : undefined;
  };
  return {
    ort,
    bytes: 8,
    create,
    expected: `an integer from ${min} to ${max}, beyond 2^53 as a string`,
    parse: (value) => {
      if (typeof value === 'string') return parseText(value);
      if (typeof value === 'bigint') return value >= min && value <= max ? value : undefined;
      // What JSON.parse made of a longer number is no longer what the client wrote.
      return Number.isSafeInteger(value) ? parseText(String(value)) : undefined;
    },
    write: String,
  };
}

const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** JSON has no NaN or Infinity: where a tensor allows them they are these three strings. */
export function parseNonFinite(value: unknown): number | undefined {
  return typeof value === 'string' && Object.hasOwn(NON_FINITE, value) ? NON_FINITE[value] : undefined;
}

/** The finite double nearest to a number of JSON, which an integer beyond 2^53 is as well. Undefined for all else. */
function finite(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Every datatype that is served, as data. */
export const KINDS: Readonly<Record<Datatype, Kind>> = {
  BOOL: {
    ort: 'bool',
    bytes: 1,
    create: (length) => new Uint8Array(length),
    expected: 'true or false',
    parse: (value) => (value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : undefined),
    write: (element) => (element ? 'true' : 'false'),
  },
  UINT8: integer('uint8', 1, (length) => new Uint8Array(length), 0, 0xff),
  UINT16: integer('uint16', 2, (length) => new Uint16Array(length), 0, 0xffff),
  UINT32: integer('uint32', 4, (length) => new Uint32Array(length), 0, 0xffffffff),
  UINT64: bigInteger('uint64', (length) => new BigUint64Array(length), 0n, 2n ** 64n - 1n),
  INT8: integer('int8', 1, (length) => new Int8Array(length), -0x80, 0x7f),
  INT16: integer('int16', 2, (length) => new Int16Array(length), -0x8000, 0x7fff),
  INT32: integer('int32', 4, (length) => new Int32Array(length), -0x80000000, 0x7fffffff),
  INT64: bigInteger('int64', (length) => new BigInt64Array(length), -(2n ** 63n), 2n ** 63n - 1n),
  FP16: {
    ort: 'float16',
    bytes: 2,
    create: (length) => new Uint16Array(length),
    expected: 'a number from -65504 to 65504',
    parse: (value) => {
      const number = finite(value);
      if (number === undefined) return undefined;
      const half = toHalf(number);
      return (half & 0x7fff) === 0x7c00 ? undefined : half;
    },
    fromNumber: toHalf,
    write: (element) => writeNumber(fromHalf(element as number)),
    toNumber: fromHalf,
  },
  FP32: {
    ort: 'float32',
    bytes: 4,
    create: (length) => new Float32Array(length),
    expected: 'a number within the range of a 32-bit float',
    parse: (value) => {
      const number = finite(value);
      return number !== undefined && Number.isFinite(Math.fround(number)) ? number : undefined;
    },
    write: writeNumber,
    toNumber: (element) => element,
  },
  FP64: {
    ort: 'float64',
    bytes: 8,
    create: (length) => new Float64Array(length),
    expected: 'a number',
    parse: finite,
    write: writeNumber,
    toNumber: (element) => element,
  },
  BYTES: {
    ort: 'string',
    bytes: 0,
    create: (length) => new Array<string>(length).fill(''),
    expected: 'a string without NUL or lone surrogates',
    // The runtime cuts a string at NUL and replaces lone surrogates: a client would get the answer to another question.
    parse: (value) => (typeof value === 'string' && isServable(value) ? value : undefined),
    write: (element) => JSON.stringify(element),
  },
};

const LONE_SURROGATE = /\p{Surrogate}/u;

export function isServable(text: string): boolean {
  return !text.includes('\0') && !LONE_SURROGATE.test(text);
}

/** The datatype of a type as the runtime names it; undefined for those that are not served (BF16, 4-bit and complex numbers). */
export function datatypeOf(ort: string): Datatype | undefined {
  return (Object.keys(KINDS) as Datatype[]).find((datatype) => KINDS[datatype].ort === ort);
}

/** Puts an element where it belongs. The one place that trusts a kind's elements to fit its arrays. */
export function put(data: TensorData, index: number, element: Element): void {
  (data as Element[])[index] = element;
}
