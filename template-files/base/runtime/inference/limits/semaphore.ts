import { ServiceError } from '../../errors.ts';
import type { Connection } from '../job.ts';

/** Who waits, and how long. */
export interface Waiter {
  /** Moment (performance.now) after which it gets TIMEOUT. */
  readonly deadline: number;
  /** Its connection, where it has one: once that is closed, it gets CLIENT_GONE. */
  readonly client?: Connection | undefined;
}

/** Units that a waiter has got. */
export interface Hold {
  /** Gives back all but `units`. */
  readonly reduce: (units: number) => void;
  /** Gives back everything; a second call does nothing. */
  readonly release: () => void;
}

/** Units of something that is limited, such as bytes or threads. */
export interface Semaphore {
  readonly max: number;
  readonly used: () => number;
  /** Waits in turn until so many units are free. Rejects with TIMEOUT or CLIENT_GONE, and with RangeError for more than `max`. */
  readonly acquire: (units: number, waiter: Waiter) => Promise<Hold>;
}

interface Waiting {
  readonly units: number;
  readonly waiter: Waiter;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (hold: Hold) => void;
  readonly reject: (error: ServiceError) => void;
}

/** The longest that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** First come, first served: many small demands never starve a large one. */
export function createSemaphore(max: number): Semaphore {
  const queue = new Set<Waiting>();
  let used = 0;

  function hold(units: number): Hold {
    let held = units;
    used += held;
    const reduce = (to: number): void => {
      used -= Math.max(0, held - to);
      held = Math.min(held, to);
      pump();
    };
    return { reduce, release: () => reduce(0) };
  }

  function pump(): void {
    for (const waiting of queue) {
      const refused = refusalOf(waiting.waiter);
      if (!refused && used + waiting.units > max) return;
      queue.delete(waiting);
      clearTimeout(waiting.timer);
      if (refused) waiting.reject(refused);
      else waiting.resolve(hold(waiting.units));
    }
  }

  return {
    max,
    used: () => used,
    async acquire(units, waiter) {
      checkWaiter(waiter);
      if (units > max) throw new RangeError(`${units} of ${max} units`);
      if (queue.size === 0 && used + units <= max) return hold(units);
      return new Promise<Hold>((resolve, reject) => {
        const left = Math.min(waiter.deadline - performance.now(), MAX_TIMER_MS);
        // One that leaves may have kept those behind it from what is free.
        const timer = setTimeout(() => {
          queue.delete(waiting);
          reject(late());
          pump();
        }, left);
        const waiting: Waiting = { units, waiter, timer, resolve, reject };
        queue.add(waiting);
      });
    },
  };
}

/** @throws TIMEOUT or CLIENT_GONE where the waiter has no use for an answer any more */
export function checkWaiter(waiter: Waiter): void {
  const refused = refusalOf(waiter);
  if (refused) throw refused;
}

/** Why a waiter has no use for an answer any more: CLIENT_GONE or TIMEOUT; undefined while it waits. */
export function refusalOf({ deadline, client }: Waiter): ServiceError | undefined {
  if (client?.destroyed)
    return new ServiceError('CLIENT_GONE', 'the client closed the connection before it was answered');
  return deadline <= performance.now() ? late() : undefined;
}

function late(): ServiceError {
  return new ServiceError('TIMEOUT', 'no answer in time: the request was still being read');
}
