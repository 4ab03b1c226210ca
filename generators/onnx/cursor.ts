import type { Source } from './source.ts';

/** Bytes kept at hand; what lies between two fields that are read is never loaded. */
const WINDOW = 32 * 1024;
const LONGEST_VARINT = 10;

/** A moving window over a source, and the integer that was read last, as two words. */
export interface Cursor {
  readonly source: Source;
  /** Where the window begins in the source. */
  base: number;
  window: Uint8Array;
  low: number;
  high: number;
}

export function cursorOver(source: Source): Cursor {
  return { source, base: 0, window: new Uint8Array(0), low: 0, high: 0 };
}

/**
 * Reads the varint at an offset into `low` and `high`; the answer is the offset after it, or -1 if the source ends within
 * it, -2 if it is longer than 64 bits. Our own, because the library's reader wants the whole file in memory.
 */
export function readVarint(cursor: Cursor, offset: number): number {
  const atHand = cursor.base + cursor.window.length;
  if (offset < cursor.base || offset >= atHand || (offset + LONGEST_VARINT > atHand && atHand < cursor.source.size)) {
    cursor.window = cursor.source.read(offset, WINDOW);
    cursor.base = offset;
  }
  const from = offset - cursor.base;
  let low = 0;
  let high = 0;
  for (let i = 0; i < LONGEST_VARINT; i++) {
    const byte = cursor.window[from + i];
    if (byte === undefined) return -1;
    const bits = byte & 0x7f;
    // The fifth group of seven bits lies across the two words.
    if (i < 5) low |= bits << (7 * i);
    if (i === 4) high = bits >>> 4;
    if (i > 4) high |= bits << (7 * i - 32);
    if (byte < 0x80) {
      cursor.low = low;
      cursor.high = high;
      return offset + i + 1;
    }
  }
  return -2;
}

/** The integer just read, unsigned; infinite where it is beyond exact numbers. */
export function unsigned({ low, high }: Cursor): number {
  const value = (high >>> 0) * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
}

/** The integer just read, signed. */
export function signed({ low, high }: Cursor): bigint {
  return (BigInt(high | 0) << 32n) | BigInt(low >>> 0);
}

/** Bytes of the source, from the window where they are in it. */
export function readBytes(cursor: Cursor, start: number, end: number): Uint8Array {
  const from = start - cursor.base;
  if (from >= 0 && end - cursor.base <= cursor.window.length) return cursor.window.subarray(from, end - cursor.base);
  return cursor.source.read(start, end - start);
}
