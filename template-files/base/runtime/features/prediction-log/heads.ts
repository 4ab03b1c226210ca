/** The beginnings of lines. */
export interface Heads {
  /** To be called now and then: the clock may have been set. */
  readonly look: () => void;
  /** What is in front of the id, with the time of an answer. Those of one millisecond share it. */
  readonly of: (endedAt: number) => Buffer;
}

/** By as much the clock may differ from what it was: it counts milliseconds without fractions. */
const CLOCK_MS = 1;

export function createHeads(): Heads {
  let head: Buffer | undefined;
  let millisecond = 0;
  /** From `performance.now()` to the clock. As long as the clock goes right it stays, or times would go back by a millisecond. */
  let offset = 0;
  return {
    look() {
      const now = Date.now() - performance.now();
      if (Math.abs(now - offset) > CLOCK_MS) offset = now;
    },
    of(endedAt) {
      const at = Math.floor(offset + endedAt);
      if (head === undefined || at !== millisecond) {
        millisecond = at;
        head = Buffer.from(`{"level":30,"time":"${new Date(at).toISOString()}","id":"`);
      }
      return head;
    },
  };
}
