import type { Limits } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import type { Connection } from '../job.ts';
import { memoryLimit } from './resources.ts';

const MIB = 1024 * 1024;
/** A quarter of the memory: the runtime, the model and the bodies of requests need the rest. */
const SHARE = 4;
const [LEAST, MOST] = [32 * MIB, 1024 * MIB];
/** A request may decode so many times what may be in memory at the same time. */
const REQUEST_TIMES = 4;

/**
 * Memory for what requests are decoded into, where that may be far more than the requests themselves. One for the process.
 * All figures are bytes.
 */
export interface Capacity {
  /** Held at the same time, by all requests together. */
  readonly maxBytes: number;
  /** Decoded for one request, one thing after the other. */
  readonly maxRequestBytes: number;
  readonly used: () => number;
  /**
   * Admits a request whose encoded files are in memory already.
   * @throws QUEUE_FULL where those of all requests would take more than `maxBytes`
   */
  readonly enter: (fileBytes: number, waiter: Waiter) => Entry;
}

/** A request that decodes. */
export interface Entry {
  /** Waits for memory, in turn. At most once an entry, so that no two requests can wait for each other. */
  readonly acquire: (bytes: number) => Promise<void>;
  /** Keeps only so many bytes of them. */
  readonly reduce: (bytes: number) => void;
  /** Gives everything back; a second call does nothing. */
  readonly leave: () => void;
}

/** @param memory bytes that the process may use */
export function createCapacity(
  limits: Pick<Limits, 'maxDecodingBytes' | 'maxDecodedBytes'>,
  memory: number = memoryLimit(),
): Capacity {
  const maxBytes = limits.maxDecodingBytes ?? Math.min(MOST, Math.max(LEAST, Math.floor(memory / SHARE)));
  const semaphore = createSemaphore(maxBytes);
  let files = 0;
  return {
    maxBytes,
    maxRequestBytes: limits.maxDecodedBytes ?? REQUEST_TIMES * maxBytes,
    used: semaphore.used,
    enter(fileBytes, waiter) {
      // A single request is for limits.maxBodyBytes to bound.
      if (files > 0 && files + fileBytes > maxBytes) throw full();
      files += fileBytes;
      let isOpen = true;
      let hold = { reduce: (_bytes: number): void => {}, release: (): void => {} };
      return {
        async acquire(bytes) {
          const got = await semaphore.acquire(bytes, waiter);
          if (isOpen) hold = got;
          else got.release();
        },
        reduce: (bytes) => hold.reduce(bytes),
        leave() {
          if (!isOpen) return;
          isOpen = false;
          files -= fileBytes;
          hold.release();
        },
      };
    },
  };
}

function full(): ServiceError {
  return new ServiceError(
    'QUEUE_FULL',
    'the requests that wait to be decoded take too much memory already (limits.maxDecodingBytes); try again later',
  );
}

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
