import { ServiceError } from '../errors.ts';
import type { TensorData } from './datatypes.ts';
import type { RunOutcome, WorkerPool } from './pool.ts';
import { type Block, stack, type Tensor } from './tensor.ts';

/** Rows of a run that are one caller's: the whole run's outputs, and which rows of them. */
export interface Answer {
  readonly outputs: readonly Tensor[];
  readonly firstRow: number;
  readonly rows: number;
}

/** A block that waits or runs. */
export interface Job {
  readonly block: Block;
  readonly fetch: readonly number[];
  /** Moment (performance.now) after which the caller gets TIMEOUT. */
  readonly deadline: number;
  readonly answer: Promise<Answer>;
}

interface LiveJob extends Job {
  readonly key: string;
  readonly arrived: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  settled: boolean;
  /** After a failure it shares no run any more, so that it can only hurt itself. */
  alone: boolean;
  losses: number;
}

export interface SchedulerEvents {
  readonly onQueued: (ms: number) => void;
  readonly onBatch: (rows: number) => void;
  readonly onRun: (ms: number) => void;
  readonly onFailure: (message: string) => void;
}

export interface SchedulerOptions {
  /** Rows in a run at most; 1 where the model has no batch axis. */
  readonly maxBatchSize: number;
  readonly maxDelayMs: number;
  readonly maxQueue: number;
  /** How to make room for stacked rows, by input. */
  readonly create: readonly ((length: number) => TensorData)[];
}

export interface Scheduler {
  /** Throws QUEUE_FULL at once when there is no place. Blocks that are submitted together get their places together. */
  submit(blocks: readonly Block[], fetch: readonly number[], deadline: number): readonly Job[];
  /** Gives the places of jobs back; whoever waits for them gets CLIENT_GONE. */
  cancel(jobs: readonly Job[]): void;
  /** Jobs that wait. */
  depth(): number;
  /** To be called when a worker has become free. */
  pump(): void;
  /** Resolves when nothing waits or runs. */
  settled(): Promise<void>;
}

/** A deadline is noticed this late at most; one timer for all is cheaper than one for each. */
const SWEEP_MS = 5;
const MAX_LOSSES = 2;

/** One bounded queue before the workers. A run takes the oldest job, and with it what else fits. */
export function createScheduler(
  pool: Pick<WorkerPool, 'idle' | 'run'>,
  options: SchedulerOptions,
  events: SchedulerEvents,
): Scheduler {
  let queue: LiveJob[] = [];
  const running = new Set<readonly LiveJob[]>();
  let pumping = false;
  let delayTimer: NodeJS.Timeout | undefined;
  let sweepTimer: NodeJS.Timeout | undefined;
  let waiters: (() => void)[] = [];

  function pump(): void {
    if (pumping || queue.length === 0) return;
    pumping = true;
    // At the end of this turn of the loop: what arrived in it shares a run.
    setImmediate(dispatch);
  }

  function dispatch(): void {
    pumping = false;
    while (queue.length > 0 && pool.idle() > 0 && !mustWait()) start(takeBatch());
  }

  /** With a delay set, a run that is not full waits for the oldest job's delay to pass. */
  function mustWait(): boolean {
    const oldest = queue[0];
    if (options.maxDelayMs === 0 || !oldest || oldest.alone) return false;
    let rows = 0;
    for (const job of queue) rows += job.block.rows;
    const remaining = oldest.arrived + options.maxDelayMs - performance.now();
    if (rows >= options.maxBatchSize || remaining <= 0) return false;
    if (delayTimer === undefined) {
      delayTimer = setTimeout(() => {
        delayTimer = undefined;
        pump();
      }, remaining);
    }
    return true;
  }

  function takeBatch(): LiveJob[] {
    const [first, ...others] = queue as [LiveJob, ...LiveJob[]];
    const batch = [first];
    if (first.alone || first.block.rows >= options.maxBatchSize) {
      queue = others;
      return batch;
    }
    let rows = first.block.rows;
    queue = [];
    for (const job of others) {
      if (!job.alone && job.key === first.key && rows + job.block.rows <= options.maxBatchSize) {
        batch.push(job);
        rows += job.block.rows;
      } else queue.push(job);
    }
    return batch;
  }

  function start(batch: readonly LiveJob[]): void {
    const now = performance.now();
    for (const job of batch) events.onQueued(now - job.arrived);
    const first = batch[0] as LiveJob;
    const tensors = first.block.tensors.map((tensor, i) =>
      batch.length === 1
        ? tensor
        : stack(
            batch.map((job) => job.block.tensors[i] as Tensor),
            options.create[i] as (length: number) => TensorData,
          ),
    );
    events.onBatch(batch.reduce((rows, job) => rows + job.block.rows, 0));
    running.add(batch);
    void pool.run({ kind: 'run', tensors, fetch: first.fetch }).then((outcome) => finish(batch, outcome));
  }

  function finish(batch: readonly LiveJob[], outcome: RunOutcome): void {
    running.delete(batch);
    if (outcome.kind === 'done') {
      events.onRun(outcome.ms);
      let firstRow = 0;
      for (const job of batch) {
        const answer = { outputs: outcome.tensors, firstRow, rows: job.block.rows };
        settle(job, () => job.resolve(answer));
        firstRow += job.block.rows;
      }
    } else if (outcome.kind === 'lost') {
      for (const job of batch) job.losses += 1;
      retryAlone(batch);
    } else if (batch.length > 1) {
      retryAlone(batch);
    } else {
      events.onFailure(outcome.message);
      for (const job of batch) settle(job, () => job.reject(failed()));
    }
    pump();
    announceIfSettled();
  }

  function retryAlone(batch: readonly LiveJob[]): void {
    const again: LiveJob[] = [];
    for (const job of batch) {
      job.alone = true;
      if (job.losses >= MAX_LOSSES) settle(job, () => job.reject(failed()));
      else if (!job.settled) again.push(job);
    }
    queue = [...again, ...queue];
  }

  function settle(job: LiveJob, tell: () => void): void {
    if (job.settled) return;
    job.settled = true;
    tell();
  }

  /** Answers what has waited too long, and stops when nobody waits. */
  function sweep(): void {
    const now = performance.now();
    const expire = (job: LiveJob): void => {
      if (job.deadline <= now) settle(job, () => job.reject(timedOut(now - job.arrived)));
    };
    for (const job of queue) expire(job);
    for (const batch of running) for (const job of batch) expire(job);
    dropSettled();
    if (queue.length === 0 && running.size === 0) {
      clearInterval(sweepTimer);
      sweepTimer = undefined;
    }
  }

  function dropSettled(): void {
    if (queue.some((job) => job.settled)) queue = queue.filter((job) => !job.settled);
    announceIfSettled();
  }

  function announceIfSettled(): void {
    if (queue.length > 0 || running.size > 0) return;
    for (const waiter of waiters) waiter();
    waiters = [];
  }

  return {
    submit(blocks, fetch, deadline) {
      if (queue.length >= options.maxQueue) {
        throw new ServiceError('QUEUE_FULL', `${queue.length} requests are waiting already; try again later`);
      }
      const arrived = performance.now();
      const suffix = fetch.join(',');
      const jobs = blocks.map((block): LiveJob => {
        let resolve: LiveJob['resolve'] = () => {};
        let reject: LiveJob['reject'] = () => {};
        const answer = new Promise<Answer>((yes, no) => {
          resolve = yes;
          reject = no;
        });
        const key = `${block.key}|${suffix}`;
        return {
          block,
          fetch,
          deadline,
          key,
          arrived,
          answer,
          resolve,
          reject,
          settled: false,
          alone: false,
          losses: 0,
        };
      });
      queue.push(...jobs);
      sweepTimer ??= setInterval(sweep, SWEEP_MS);
      pump();
      return jobs;
    },
    cancel(jobs) {
      for (const job of jobs as readonly LiveJob[]) settle(job, () => job.reject(gone()));
      dropSettled();
    },
    depth: () => queue.length,
    pump,
    settled() {
      if (queue.length === 0 && running.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.push(resolve);
      });
    },
  };
}

function failed(): ServiceError {
  return new ServiceError('INFERENCE_FAILED', 'the model failed on this request; the log has the reason under its id');
}

function gone(): ServiceError {
  return new ServiceError('CLIENT_GONE', 'the client closed the connection before it was answered');
}

function timedOut(ms: number): ServiceError {
  return new ServiceError('TIMEOUT', `no answer within ${Math.round(ms)} ms`);
}
