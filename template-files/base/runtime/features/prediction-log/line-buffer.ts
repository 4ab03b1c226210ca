import { ByteWriter } from '../../observability/byte-writer.ts';

/** Where lines end up. Rejects when they are lost; may take as long as it wants, or for ever. */
export interface Sink {
  /** The bytes are the caller's again once this has settled. */
  readonly write: (lines: Buffer) => Promise<void>;
  /** At the end of the process, which waits for nothing any more; a sink without it loses what waits then. */
  readonly writeLast?: (lines: Buffer) => void;
  readonly close: () => Promise<void>;
}

export type DropReason = 'buffer_full' | 'stalled' | 'disk';

export interface LineBufferEvents {
  readonly onWritten: (lines: number) => void;
  readonly onDropped: (lines: number, reason: DropReason, error?: unknown) => void;
}

/** Lines wait in memory and are written some at a time, in the background. */
export interface LineBuffer {
  /**
   * For the next line, with space for so many bytes; `end` is to be called after it. Never waits: what finds no space is dropped
   * and counted, and there is nothing to write to.
   */
  readonly begin: (bytes: number) => ByteWriter | undefined;
  readonly end: () => void;
  /** Writes what is left, for so long at most. False where a write is still in flight then. */
  readonly close: (patienceMs: number) => Promise<boolean>;
  /** Hands over at once what waits, at the end of a process that was not shut down. */
  readonly spill: () => void;
}

const FLUSH_MS = 100;
/** Lines are collected and written in blocks of so many bytes; a full one is written at once. */
const BLOCK_BYTES = 256 * 1024;
/** So many are kept to be filled again: as the default bound of 8 MiB takes, and the two that are open and being written. */
const KEPT_BLOCKS = 34;
/** A write that takes longer than this is stalled. */
const STALL_MS = 1000;
/** After a failure the next attempt waits: a full disk is not freed by asking. */
const RETRY_MS = 1000;

interface Block {
  readonly writer: ByteWriter;
  lines: number;
}

/**
 * @param maxSize bytes of all lines that wait or are being written, together; a line for which there is no capacity is dropped
 * @param events called for each line once: written, or dropped and why. A sink that rejects costs the lines of that write alone
 */
export function createLineBuffer(sink: Sink, maxSize: number, events: LineBufferEvents): LineBuffer {
  const enough = Math.min(BLOCK_BYTES, maxSize / 2);
  /** The block that lines are added to, and those before it, which wait to be written. */
  let open = blockOf(BLOCK_BYTES);
  const full: Block[] = [];
  /**
   * Blocks to be filled again. A buffer that grew, or one for each write, would be old garbage of that size: for lines of some
   * kilobytes the marking of the heap that this asks for costs more than the lines.
   */
  const free: Block[] = [];
  /** Bytes of all lines: what is being written still takes its place. */
  let taken = 0;
  let startedAt = 0;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pausedUntil = 0;
  let lineStart = 0;

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush();
    }, ms).unref();
  }

  /** Closes the open block and opens another one with space for so many bytes. */
  function turnOver(bytes: number): void {
    if (open.lines > 0) full.push(open);
    else keep(open);
    open = (bytes <= BLOCK_BYTES ? free.pop() : undefined) ?? blockOf(Math.max(BLOCK_BYTES, bytes));
  }

  function keep(block: Block): void {
    if (block.writer.buffer.length === BLOCK_BYTES && free.length < KEPT_BLOCKS) free.push(block);
  }

  function waiting(): number {
    return full.reduce((sum, { lines }) => sum + lines, open.lines);
  }

  function flush(): void {
    if (writing || waiting() === 0) return;
    const pause = pausedUntil - performance.now();
    if (pause > 0) {
      schedule(pause);
      return;
    }
    if (full.length === 0) turnOver(0);
    startedAt = performance.now();
    writing = write(full.shift() as Block);
  }

  async function write(block: Block): Promise<void> {
    const { writer, lines } = block;
    try {
      await sink.write(writer.buffer.subarray(0, writer.end));
      events.onWritten(lines);
    } catch (error) {
      pausedUntil = performance.now() + RETRY_MS;
      events.onDropped(lines, 'disk', error);
    }
    taken -= writer.end;
    writer.end = 0;
    block.lines = 0;
    keep(block);
    writing = undefined;
    flushOrWait();
  }

  function flushOrWait(): void {
    if (full.length > 0 || open.writer.end >= enough) flush();
    else if (open.lines > 0) schedule(FLUSH_MS);
  }

  return {
    begin(bytes) {
      if (taken + bytes > maxSize) {
        const stalled = writing !== undefined && performance.now() - startedAt > STALL_MS;
        events.onDropped(1, stalled ? 'stalled' : 'buffer_full');
        return undefined;
      }
      if (open.writer.buffer.length - open.writer.end < bytes) turnOver(bytes);
      lineStart = open.writer.end;
      return open.writer;
    },
    end() {
      open.lines += 1;
      taken += open.writer.end - lineStart;
      flushOrWait();
    },
    spill() {
      if (!sink.writeLast) return;
      turnOver(0);
      for (const { writer } of full.splice(0)) sink.writeLast(writer.buffer.subarray(0, writer.end));
    },
    async close(patienceMs) {
      let patience: NodeJS.Timeout | undefined;
      const over = new Promise<boolean>((resolve) => {
        patience = setTimeout(resolve, patienceMs, false);
      });
      const finish = async (): Promise<boolean> => {
        while (writing || waiting() > 0) {
          pausedUntil = 0;
          flush();
          await writing;
        }
        await sink.close();
        return true;
      };
      const isFinished = await Promise.race([finish(), over]);
      clearTimeout(patience);
      clearTimeout(timer);
      const left = waiting();
      if (left > 0) events.onDropped(left, 'stalled');
      return isFinished;
    },
  };
}

function blockOf(bytes: number): Block {
  return { writer: new ByteWriter(bytes), lines: 0 };
}
