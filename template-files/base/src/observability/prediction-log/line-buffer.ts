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

/** Text, or UTF-8 that is at hand already. */
export type LinePart = string | Buffer;

/** Lines wait in memory and are written some at a time, in the background. */
export interface LineBuffer {
  /** A line, in parts. Never waits: what finds no place is dropped, and counted. */
  readonly push: (parts: readonly LinePart[]) => void;
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
  /** Lines as bytes, of which `size` are used: strings that grow are what the garbage collector works on. */
  let pending: Buffer = Buffer.allocUnsafe(2 * FLUSH_SIZE);
  let spare: Buffer | undefined;
  let size = 0;
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
    inFlight = size;
    pending = spare ?? Buffer.allocUnsafe(2 * FLUSH_SIZE);
    spare = undefined;
    size = 0;
    lines = 0;
    startedAt = performance.now();
    writing = write(full, inFlight, count);
  }

  async function write(full: Buffer, used: number, count: number): Promise<void> {
    try {
      await sink.write(full.subarray(0, used));
      events.onWritten(count);
    } catch (error) {
      pausedUntil = performance.now() + RETRY_MS;
      events.onDropped(count, 'disk', error);
    }
    // One that had to grow is given back.
    if (full.length === 2 * FLUSH_SIZE) spare = full;
    inFlight = 0;
    writing = undefined;
    if (size >= enough) flush();
    else if (lines > 0) schedule(FLUSH_MS);
  }

  return {
    push(parts) {
      let length = 0;
      for (const part of parts) length += part.length;
      if (size + inFlight + length > maxSize) {
        const stalled = writing !== undefined && performance.now() - startedAt > STALL_MS;
        events.onDropped(1, stalled ? 'stalled' : 'buffer_full');
        return;
      }
      // A letter takes three bytes at most (those of four are two in a string).
      const room = size + 3 * length;
      if (room > pending.length) pending = grown(pending, size, room);
      for (const part of parts) {
        if (typeof part === 'string') size += pending.write(part, size, 'utf8');
        else {
          pending.set(part, size);
          size += part.length;
        }
      }
      lines += 1;
      if (size >= enough) flush();
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

function grown(buffer: Buffer, used: number, atLeast: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(atLeast, 2 * buffer.length));
  buffer.copy(larger, 0, 0, used);
  return larger;
}
