import { ByteWriter } from '../byte-writer.ts';

/** Where lines end up. Rejects when they are lost; may take as long as it wants, or for ever. */
export interface Sink {
  /** The bytes are the caller's again once this has settled. */
  readonly write: (lines: Buffer) => Promise<void>;
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
   * For the next line, with room for so many letters; `end` is to be called behind it. Never waits: what finds no place is dropped
   * and counted, and there is nothing to write to.
   */
  readonly begin: (letters: number) => ByteWriter | undefined;
  readonly end: () => void;
  /** Writes what is left, for so long at most. */
  readonly close: (patienceMs: number) => Promise<void>;
}

const FLUSH_MS = 100;
/** Written at once when there is so much of it. */
const FLUSH_SIZE = 256 * 1024;
/** A write that takes longer than this is stalled. */
const STALL_MS = 1000;
/** After a failure the next attempt waits: a full disk is not freed by asking. */
const RETRY_MS = 1000;

export function createLineBuffer(sink: Sink, maxSize: number, events: LineBufferEvents): LineBuffer {
  const enough = Math.min(FLUSH_SIZE, maxSize / 2);
  let pending = new ByteWriter(2 * FLUSH_SIZE);
  let spare: ByteWriter | undefined;
  let lines = 0;
  /** What is being written still takes its place. */
  let inFlight = 0;
  let startedAt = 0;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pausedUntil = 0;

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush();
    }, ms).unref();
  }

  function flush(): void {
    if (writing || lines === 0) return;
    const pause = pausedUntil - performance.now();
    if (pause > 0) {
      schedule(pause);
      return;
    }
    const full = pending;
    const count = lines;
    inFlight = full.end;
    pending = spare ?? new ByteWriter(2 * FLUSH_SIZE);
    spare = undefined;
    lines = 0;
    startedAt = performance.now();
    writing = write(full, count);
  }

  async function write(full: ByteWriter, count: number): Promise<void> {
    try {
      await sink.write(full.buffer.subarray(0, full.end));
      events.onWritten(count);
    } catch (error) {
      pausedUntil = performance.now() + RETRY_MS;
      events.onDropped(count, 'disk', error);
    }
    full.end = 0;
    // One that had to grow is given back.
    if (full.buffer.length === 2 * FLUSH_SIZE) spare = full;
    inFlight = 0;
    writing = undefined;
    if (pending.end >= enough) flush();
    else if (lines > 0) schedule(FLUSH_MS);
  }

  return {
    begin(letters) {
      if (pending.end + inFlight + letters > maxSize) {
        const stalled = writing !== undefined && performance.now() - startedAt > STALL_MS;
        events.onDropped(1, stalled ? 'stalled' : 'buffer_full');
        return undefined;
      }
      pending.reserve(3 * letters);
      return pending;
    },
    end() {
      lines += 1;
      if (pending.end >= enough) flush();
      else schedule(FLUSH_MS);
    },
    async close(patienceMs) {
      let patience: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        patience = setTimeout(resolve, patienceMs);
      });
      const finish = async (): Promise<void> => {
        while (writing || lines > 0) {
          pausedUntil = 0;
          flush();
          await writing;
        }
        await sink.close();
      };
      await Promise.race([finish(), over]);
      clearTimeout(patience);
      clearTimeout(timer);
      if (lines > 0) events.onDropped(lines, 'stalled');
    },
  };
}
