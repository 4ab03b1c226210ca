import { ServiceError } from '../errors.ts';
import type { Block, Tensor } from './tensor.ts';

/** Rows of a run that are one caller's: the whole run's outputs, and which rows of them. */
export interface Answer {
  readonly outputs: readonly Tensor[];
  readonly firstRow: number;
  readonly rows: number;
  /** How long it waited for its run, and how long the run took. */
  readonly queuedMs: number;
  readonly runMs: number;
}

/** A block that waits or runs. */
export interface Job {
  readonly block: Block;
  /** Places of the outputs that are asked for in serving.yaml. */
  readonly fetch: readonly number[];
  /** Jobs of equal keys may share a run. */
  readonly key: string;
  readonly arrived: number;
  /** The last part of its request: as long as it waits, the request does. */
  readonly isLast: boolean;
  /** Moment (performance.now) after which the caller gets TIMEOUT. */
  readonly deadline: number;
  readonly answer: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** The caller has been told, whatever becomes of the run. */
  settled: boolean;
  /** After a failure it shares no run any more, so that it can only hurt itself. */
  alone: boolean;
  /** How long it waited for its last run. */
  queuedMs: number;
  /** Workers that died with it. */
  losses: number;
}

/** @param outputs what is fetched, as a text that is equal where the lists are */
export function createJob(
  block: Block,
  fetch: readonly number[],
  outputs: string,
  deadline: number,
  isLast: boolean,
): Job {
  let resolve: Job['resolve'] = () => {};
  let reject: Job['reject'] = () => {};
  const answer = new Promise<Answer>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return {
    block,
    fetch,
    key: block.key === '' ? outputs : `${block.key}|${outputs}`,
    arrived: performance.now(),
    deadline,
    isLast,
    answer,
    resolve,
    reject,
    settled: false,
    alone: false,
    queuedMs: 0,
    losses: 0,
  };
}

export function complete(job: Job, answer: Answer): void {
  if (job.settled) return;
  job.settled = true;
  job.resolve(answer);
}

/** `reason` is for the log: a client is not told of the insides of the model. */
export function fail(job: Job, code: 'INFERENCE_FAILED' | 'CLIENT_GONE' | 'TIMEOUT', reason?: string): void {
  if (job.settled) return;
  job.settled = true;
  job.reject(new ServiceError(code, MESSAGES[code](job), { cause: reason }));
}

const MESSAGES = {
  INFERENCE_FAILED: () => 'the model failed on this request; the log has the reason under its id',
  CLIENT_GONE: () => 'the client closed the connection before it was answered',
  TIMEOUT: ({ arrived }: Job) => `no answer within ${Math.round(performance.now() - arrived)} ms`,
} as const;
