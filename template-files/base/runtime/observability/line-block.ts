import { ByteWriter } from './byte-writer.ts';
import type { WriteBytes } from './line-stream.ts';

/** Lines that are put down one behind the other, until they are written. */
export interface LineBlock {
  /** For the next line, of at most 4 KiB. */
  readonly begin: () => ByteWriter;
  /** Hands on what has not been written. */
  readonly flush: () => void;
}

const BLOCK_BYTES = 16 * 1024;
/** No line may be longer. */
const MAX_LINE_BYTES = 4 * 1024;

export function createLineBlock(write: WriteBytes): LineBlock {
  const block = new ByteWriter(BLOCK_BYTES);

  function flush(): void {
    if (block.end === 0) return;
    // A copy: the stream holds it for a while. It is garbage soon, where a block that had to be filled first would be old by then.
    write(Buffer.from(block.buffer.subarray(0, block.end)));
    block.end = 0;
  }

  return {
    begin() {
      if (BLOCK_BYTES - block.end < MAX_LINE_BYTES) flush();
      return block;
    },
    flush,
  };
}
