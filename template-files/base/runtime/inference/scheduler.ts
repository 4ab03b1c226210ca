import { ServiceError } from '../errors.ts';
import type { FindMisfit } from './answer-shape.ts';
import type { TensorData } from './datatypes.ts';
import { type Caller, complete, createJobs, fail, type Job, type Request } from './job.ts';
import type { RunOutcome, WorkerPool } from './pool.ts';
import { createJobQueue, isFull } from './queue.ts';
import { type Block, rowsOf, stackBatch } from './tensor.ts';

export interface SchedulerEvents {
  readonly onQueued: (ms: number) => void;
  readonly onBatch: (rows: number) => void;
  readonly onRun: (ms: number) => void;
}

export interface SchedulerOptions {
  /** Rows in a run at most; 1 where the model has no batch axis. */
  readonly maxBatchSize: number;
  readonly maxDelayMs: number;
  /** Requests that may wait, in however many parts each is run. */
  readonly maxQueue: number;
  /** Rows that may wait, those of all requests together. */
  readonly maxQueueRows: number;
  /** How to make room for stacked rows, by input. */
  readonly create: readonly ((length: number) => TensorData)[];
  readonly findMisfit: FindMisfit;
}

export interface Scheduler {
  /**
   * Throws QUEUE_FULL at once when the requests or the rows that wait are too many. A request on which none waits is always taken,
   * however many rows it has. Blocks that are submitted together are one request, and take one place;
   * there must be one at least.
   * @param arrived when it came (performance.now)
   */
  submit(blocks: readonly Block[], fetch: readonly number[], caller: Caller, arrived: number): void;
  /** Requests that wait, in the queue or for the worker that they have been handed to. */
  depth(): number;
  /** To be called when there is room for a run. */
  pump(): void;
  /** Resolves when nothing waits or runs. */
  settled(): Promise<void>;
}

/** A deadline that has passed, or a client that has gone, is noticed this late at most; one timer for all is cheaper than one for each. */
const SWEEP_MS = 5;
/** Fewer rows are not worth another worker: for them a run takes about as long as for one. */
const MIN_SHARE = 8;
/** A job that two workers died with is taken for the reason. */
const MAX_LOSSES = 2;

interface Run {
  readonly batch: readonly Job[];
  /** It does not wait for its worker any more. */
  begun: boolean;
}

/** One bounded queue before the workers. */
export function createScheduler(
  pool: Pick<WorkerPool, 'idle' | 'ahead' | 'run'>,
  options: SchedulerOptions,
  events: SchedulerEvents,
): Scheduler {
  const queue = createJobQueue();
  /** Few: two for each worker. No set: the tables of an old one are old garbage as soon as they are made. */
  let handedOut: readonly Run[] = [];
  let pumping = false;
  /** Jobs that came, and callers that were answered, since the loop last turned. */
  let stirred = 0;
  let delayTimer: NodeJS.Timeout | undefined;
  let sweepTimer: NodeJS.Timeout | undefined;
  let waiters: (() => void)[] = [];

  function pump(): void {
    if (pumping || queue.isEmpty()) return;
    pumping = true;
    // At the end of this turn of the loop: what arrived in it shares a run.
    setImmediate(dispatch);
  }

  function dispatch(): void {
    pumping = false;
    if (isGathering()) {
      pump();
      return;
    }
    while (!queue.isEmpty() && pool.idle() > 0 && !mustWait()) {
      const rows = share();
      const selection = queue.select(rows);
      queue.remove(selection);
      start(selection.batch, rows === options.maxBatchSize && isFull(selection, rows));
    }
    startAhead();
  }

  /**
   * Full runs are handed to busy workers as well, one to each, so that none of them stands still until this thread comes to
   * speak to it. What is not full gains by waiting (others may join it), and so does what shares no run: its client may go. Only
   * behind full runs: those take equally long, so that what is handed to the one that began first is begun first.
   */
  function startAhead(): void {
    const { maxBatchSize } = options;
    while (pool.ahead() > 0 && 2 * queue.rows() > maxBatchSize) {
      const selection = queue.select(maxBatchSize);
      if (!isFull(selection, maxBatchSize)) return;
      queue.remove(selection);
      start(selection.batch, true);
    }
  }

  /**
   * A run that is not full waits while each turn of the loop brings several requests: those that were just answered send their
   * next ones. Without this, clients would fall into two halves that wait for each other, each half a batch.
   */
  function isGathering(): boolean {
    const gathering = stirred > 1 && options.maxBatchSize > 1 && queue.rows() < options.maxBatchSize;
    stirred = 0;
    return gathering;
  }

  /** With a delay set, a run that is not full waits for the oldest job's delay to pass. */
  function mustWait(): boolean {
    if (options.maxDelayMs === 0) return false;
    const oldest = queue.oldest();
    if (!oldest || oldest.alone) return false;
    const remaining = oldest.request.arrived + options.maxDelayMs - performance.now();
    if (remaining <= 0 || queue.rows() >= options.maxBatchSize) return false;
    if (delayTimer === undefined) {
      delayTimer = setTimeout(() => {
        delayTimer = undefined;
        pump();
      }, remaining);
    }
    return true;
  }

  /**
   * Rows for the next run at most. Where several workers are free, what waits is shared out among them: half of the rows take
   * not much more than half of the time.
   */
  function share(): number {
    const { maxBatchSize, maxDelayMs } = options;
    const idle = pool.idle();
    // Whoever has requests wait for a full run wants full runs.
    if (idle === 1 || maxDelayMs > 0) return maxBatchSize;
    return Math.min(maxBatchSize, Math.max(MIN_SHARE, Math.ceil(queue.rows() / idle)));
  }

  function start(batch: readonly Job[], full: boolean): void {
    const run: Run = { batch, begun: false };
    handedOut = [...handedOut, run];
    const message = { kind: 'run', tensors: stackBatch(batch, options.create), fetch: batch[0]?.fetch ?? [] } as const;
    const handing = { onBegin: () => begin(run), followed: full };
    void pool.run(message, handing).then((outcome) => finish(run, outcome));
  }

  function begin(run: Run): void {
    run.begun = true;
    const now = performance.now();
    for (const job of run.batch) {
      job.queuedMs = now - job.request.arrived;
      events.onQueued(job.queuedMs);
    }
    events.onBatch(rowsOf(run.batch));
  }

  /** An answer of a wrong shape is a failure of the model: which of its rows is whose, nobody can say. */
  function checked(batch: readonly Job[], outcome: RunOutcome): RunOutcome {
    if (outcome.kind !== 'done') return outcome;
    const misfit = options.findMisfit(batch[0]?.fetch ?? [], outcome.tensors, rowsOf(batch));
    if (!misfit) return outcome;
    const { output, expected, found } = misfit;
    const message = `outputs[${output}] of serving.yaml: expected [${expected.join(', ')}], the model answered [${found.join(', ')}]`;
    return { kind: 'failed', message };
  }

  function finish(run: Run, ended: RunOutcome): void {
    const outcome = checked(run.batch, ended);
    handedOut = handedOut.filter((other) => other !== run);
    const { batch } = run;
    stirred += batch.length;
    if (outcome.kind === 'done') {
      events.onRun(outcome.ms);
      let firstRow = 0;
      for (const job of batch) {
        const { queuedMs, block } = job;
        complete(job, { outputs: outcome.tensors, firstRow, rows: block.rows, queuedMs, runMs: outcome.ms });
        firstRow += block.rows;
      }
    } else if (outcome.kind === 'failed' && batch.length === 1) {
      const code = outcome.refused ? 'INPUT_REFUSED' : 'INFERENCE_FAILED';
      for (const { request } of batch) end(request, code, outcome.message);
    } else if (outcome.kind === 'unstarted') queue.putBack(batch);
    else retryAlone(batch, outcome.kind === 'lost');
    pump();
    announceIfSettled();
  }

  /** A run of several tells nothing of who is to blame: each is run again by itself, before all others. */
  function retryAlone(batch: readonly Job[], lost: boolean): void {
    for (const job of batch) {
      job.alone = true;
      if (lost) job.losses += 1;
      if (job.losses >= MAX_LOSSES) end(job.request, 'INFERENCE_FAILED', `${MAX_LOSSES} workers died of it`);
    }
    queue.putBack(batch);
  }

  /** Ends a request without an answer; what waits of it gives its place back. */
  function end(request: Request, code: Parameters<typeof fail>[1], reason?: string): void {
    fail(request, code, reason);
    queue.drop(request);
  }

  /** Ends what has waited too long, or for a client who is gone, and stops when nobody waits. */
  function sweep(): void {
    const now = performance.now();
    const running = handedOut.flatMap(({ batch }) => batch.map(({ request }) => request));
    for (const request of [...queue.pending(), ...running]) {
      if (request.caller.client?.destroyed) end(request, 'CLIENT_GONE');
      else if (request.caller.deadline <= now) end(request, 'TIMEOUT');
    }
    announceIfSettled();
    if (isIdle()) {
      clearInterval(sweepTimer);
      sweepTimer = undefined;
    }
  }

  const isIdle = (): boolean => queue.isEmpty() && handedOut.length === 0;

  function announceIfSettled(): void {
    if (!isIdle()) return;
    for (const waiter of waiters) waiter();
    waiters = [];
  }

  function depth(): number {
    let requests = queue.requests();
    for (const { batch, begun } of handedOut) if (!begun) requests += endingIn(batch);
    return requests;
  }

  /** Whether there is a place for so many more rows. */
  function admit(rows: number): void {
    const waiting = depth();
    if (waiting >= options.maxQueue) {
      throw new ServiceError('QUEUE_FULL', `${waiting} requests are waiting already; try again later`);
    }
    if (queue.rows() > 0 && queue.rows() + rows > options.maxQueueRows) {
      throw new ServiceError('QUEUE_FULL', `${queue.rows()} rows are waiting already; try again later`);
    }
  }

  return {
    submit(blocks, fetch, caller, arrived) {
      admit(rowsIn(blocks));
      const jobs = createJobs(blocks, fetch, caller, arrived);
      queue.add(jobs);
      stirred += jobs.length;
      sweepTimer ??= setInterval(sweep, SWEEP_MS);
      pump();
    },
    depth,
    pump,
    settled() {
      if (isIdle()) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.push(resolve);
      });
    },
  };
}

/** Requests that wait with their last job alone. */
function endingIn(jobs: readonly Job[]): number {
  let requests = 0;
  for (const { isLast, request } of jobs) if (isLast && !request.settled && request.waitingJobs === 0) requests += 1;
  return requests;
}

function rowsIn(blocks: readonly Block[]): number {
  let rows = 0;
  for (const block of blocks) rows += block.rows;
  return rows;
}
