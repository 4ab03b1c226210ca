/** Where lines end up. Rejects when they are lost; may take as long as it wants, or for ever. */
export interface Sink {
  readonly write: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export type DropReason = 'buffer_full' | 'stalled' | 'disk';

export interface LineBufferEvents {
  readonly onWritten: (lines: number) => void;
  readonly onDropped: (lines: number, reason: DropReason, error?: unknown) => void;
}

/** Lines wait in memory and are written some at a time, in the background. */
export interface LineBuffer {
  /** Never waits: what finds no place is dropped, and counted. */
  readonly push: (line: string) => void;
  /** Writes what is left, for so long at most. */
  readonly close: (patienceMs: number) => Promise<void>;
}

const FLUSH_MS = 100;
/** Written at once when there is so much of it, in letters. */
const FLUSH_SIZE = 64 * 1024;
/** A write that takes longer than this is stalled. */
const STALL_MS = 1000;
/** After a failure the next attempt waits: a full disk is not freed by asking. */
const RETRY_MS = 1000;

export function createLineBuffer(sink: Sink, maxSize: number, events: LineBufferEvents): LineBuffer {
  const enough = Math.min(FLUSH_SIZE, maxSize / 2);
  let text = '';
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
    const batch = text;
    const count = lines;
    text = '';
    lines = 0;
    inFlight = batch.length;
    startedAt = performance.now();
    writing = write(batch, count);
  }

  async function write(batch: string, count: number): Promise<void> {
    try {
      await sink.write(batch);
      events.onWritten(count);
    } catch (error) {
      pausedUntil = performance.now() + RETRY_MS;
      events.onDropped(count, 'disk', error);
    }
    inFlight = 0;
    writing = undefined;
    if (text.length >= enough) flush();
    else if (lines > 0) schedule(FLUSH_MS);
  }

  return {
    push(line) {
      if (text.length + inFlight + line.length > maxSize) {
        const stalled = writing !== undefined && performance.now() - startedAt > STALL_MS;
        events.onDropped(1, stalled ? 'stalled' : 'buffer_full');
        return;
      }
      text += line;
      lines += 1;
      if (text.length >= enough) flush();
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
