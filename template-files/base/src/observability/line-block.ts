import { ByteWriter } from './byte-writer.ts';
import type { WriteBytes } from './line-stream.ts';

/** Lines that are put down one behind the other, until they are written. */
export interface LineBlock {
  /** For the next line, of at most 4 KiB. */
  readonly begin: () => ByteWriter;
  /** Hands on what has not been written. */
  readonly flush: () => void;
}

const BLOCK_BYTES = 64 * 1024;
/** No line may be longer. */
const MAX_LINE_BYTES = 4 * 1024;

export function createLineBlock(write: WriteBytes): LineBlock {
  let block = new ByteWriter(0);
  /** Written up to here. */
  let start = 0;

  function flush(): void {
    if (start === block.end) return;
    write(block.buffer.subarray(start, block.end));
    start = block.end;
  }

  return {
    begin() {
      if (block.buffer.length - block.end < MAX_LINE_BYTES) {
        flush();
        // What was written is not used again: the stream may still hold it.
        block = new ByteWriter(BLOCK_BYTES);
        start = 0;
      }
      return block;
    },
    flush,
  };
}
