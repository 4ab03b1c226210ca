import type { WriteBytes } from './line-stream.ts';

/** Puts lines down as bytes, one behind the other, until they are written. */
export interface LineBlock {
  /** Makes room for a line. */
  readonly begin: () => void;
  readonly bytes: (bytes: Buffer) => void;
  readonly latin1: (text: string) => void;
  /** A number as JSON writes it, in thousandths at most. */
  readonly milliseconds: (ms: number) => void;
  /** Hands on what has not been written. */
  readonly flush: () => void;
}

const BLOCK_BYTES = 64 * 1024;
/** No line may be longer. */
const MAX_LINE_BYTES = 4 * 1024;

const [ZERO, POINT] = [48, 46];

export function createLineBlock(write: WriteBytes): LineBlock {
  let block = Buffer.allocUnsafe(0);
  /** Written up to here, and put down up to there. */
  let [start, end] = [0, 0];

  function flush(): void {
    if (start === end) return;
    write(block.subarray(start, end));
    start = end;
  }

  function whole(value: number): void {
    let places = 1;
    for (let limit = 10; value >= limit; limit *= 10) places += 1;
    let rest = value;
    for (let at = end + places - 1; at >= end; at--) {
      const shorter = Math.floor(rest / 10);
      block[at] = ZERO + rest - shorter * 10;
      rest = shorter;
    }
    end += places;
  }

  return {
    begin() {
      if (block.length - end >= MAX_LINE_BYTES) return;
      flush();
      // What was written is not used again: the stream may still hold it.
      block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      [start, end] = [0, 0];
    },
    bytes(bytes) {
      block.set(bytes, end);
      end += bytes.length;
    },
    latin1(text) {
      end += block.write(text, end, 'latin1');
    },
    milliseconds(ms) {
      const thousandths = Math.round(ms * 1000);
      const seen = Math.floor(thousandths / 1000);
      let rest = thousandths - seen * 1000;
      whole(seen);
      if (rest === 0) return;
      block[end++] = POINT;
      for (let unit = 100; rest > 0; unit /= 10) {
        const digit = Math.floor(rest / unit);
        block[end++] = ZERO + digit;
        rest -= digit * unit;
      }
    },
    flush,
  };
}
