import { type Cursor, readVarint, unsigned } from './cursor.ts';

/** Protobuf's wire types; groups (3 and 4) do not occur in ONNX. */
export const Wire = { VARINT: 0, BIT64: 1, LENGTH: 2, BIT32: 5 } as const;

/** The bytes are no protobuf, or not all of them are there. */
export class WireFault extends Error {
  readonly offset: number;
  /** Where the bytes ended too early, if that is the fault. */
  readonly cutAt: number | undefined;

  constructor(problem: string, offset: number, cutAt?: number) {
    super(problem);
    this.offset = offset;
    this.cutAt = cutAt;
  }
}

/** One field as it stands in the file. Reused from field to field: there may be millions. */
export interface FieldHead {
  no: number;
  wire: number;
  /** Offsets of the tag, of the payload and of what comes after it. */
  tag: number;
  start: number;
  end: number;
}

/** Reads the head of the field at `at` in a message that ends at `limit`. */
export function readHead(cursor: Cursor, at: number, limit: number, head: FieldHead): void {
  const afterTag = readNumber(cursor, at, limit);
  const tag = unsigned(cursor);
  head.tag = at;
  head.no = Math.floor(tag / 8);
  head.wire = tag % 8;
  head.start = afterTag;
  if (head.no === 0 || tag > 0xffff_ffff) throw new WireFault('a field without a valid number', at);
  if (head.wire === Wire.VARINT) head.end = readNumber(cursor, afterTag, limit);
  else if (head.wire === Wire.BIT64) head.end = afterTag + 8;
  else if (head.wire === Wire.BIT32) head.end = afterTag + 4;
  else if (head.wire === Wire.LENGTH) {
    head.start = readNumber(cursor, afterTag, limit);
    head.end = head.start + unsigned(cursor);
  } else throw new WireFault(`field ${head.no} has the unknown wire type ${head.wire}`, at);
  if (head.end > limit) {
    throw new WireFault(
      `field ${head.no} has ${head.end - head.start} bytes, but only ${limit - head.start} follow`,
      at,
      limit,
    );
  }
}

/** Reads a varint that has to end before `limit`; the answer is the offset after it. */
export function readNumber(cursor: Cursor, at: number, limit: number): number {
  const next = readVarint(cursor, at);
  if (next === -2) throw new WireFault('a number of more than 64 bits', at);
  if (next === -1 || next > limit) throw new WireFault('a number is cut off', at, limit);
  return next;
}
