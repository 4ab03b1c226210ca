/** What code of the team runs or waits at the moment, by name and request. The watchdog of the event loop reads it. */
export interface Activities {
  /** Notes that something begins. @returns to be called when it has ended */
  begin(name: string, requestId: string): () => void;
  /** Calls back for each activity that begins. There is one callback. */
  watch(onBegin: (name: string, requestId: string) => void): void;
  /** What runs, or has ended since the last call of this function; those that began last come first. */
  recent(): readonly Activity[];
}

export interface Activity {
  readonly name: string;
  readonly requestId: string;
}

interface Noted extends Activity {
  readonly began: number;
}

/** Enough to tell what blocked; more would only make a line long. */
const MAX_SHOWN = 5;

export function createActivities(): Activities {
  const running = new Set<Noted>();
  /** Those that ended since `recent` was called last. */
  let ended: Noted[] = [];
  let onBegin: ((name: string, requestId: string) => void) | undefined;
  return {
    begin(name, requestId) {
      const noted: Noted = { name, requestId, began: performance.now() };
      running.add(noted);
      onBegin?.(name, requestId);
      return () => {
        if (!running.delete(noted)) return;
        if (ended.length < MAX_SHOWN) ended.push(noted);
        else ended[MAX_SHOWN - 1] = noted;
      };
    },
    watch(callback) {
      onBegin = callback;
    },
    recent() {
      const all = [...running, ...ended].sort((a, b) => b.began - a.began).slice(0, MAX_SHOWN);
      ended = [];
      return all.map(({ name, requestId }) => ({ name, requestId }));
    },
  };
}
