import type { Limits } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { memoryLimit } from './memory.ts';
import { createSemaphore, type Waiter } from './semaphore.ts';

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
