import type { Job, Request } from './job.ts';

/** The next run as it would be. Valid until the queue changes. */
export interface Selection {
  readonly batch: readonly Job[];
  readonly rows: number;
  /** Jobs that were looked at and stay, in their order. */
  readonly skipped: readonly Job[];
  /** One of them could share the run, but does not fit into it. */
  readonly passedOver: boolean;
  /** How many entries of the queue were looked at, those of requests that have ended among them. */
  readonly looked: number;
}

/** Jobs that wait, the oldest first. All work on it is linear in the number of jobs, whatever their order and size. */
export interface JobQueue {
  /** Rows that wait. */
  rows(): number;
  /** Requests of which at least one job waits. */
  requests(): number;
  isEmpty(): boolean;
  oldest(): Job | undefined;
  add(jobs: readonly Job[]): void;
  /** Jobs that were selected before go in front of all others. */
  putBack(jobs: readonly Job[]): void;
  /** The oldest job, and with it those that may share its run and fit into it. An empty batch where nothing waits. */
  select(maxRows: number): Selection;
  /** Takes out what has just been selected. What was skipped keeps its place. */
  remove(selection: Selection): void;
  /** To be called when a request has ended: its jobs neither count nor run any more. */
  drop(request: Request): void;
  /** The requests that wait. */
  pending(): Request[];
}

/** A run is not searched for further than over so many jobs that cannot join it. */
const LOOK_AHEAD = 256;
/** Entries that are no longer needed are kept up to this number, then up to as many as are needed. */
const SLACK = 1024;

export function createJobQueue(): JobQueue {
  /** What waits is from `head` on; before it there is space for what is put back. */
  let items: (Job | undefined)[] = [];
  let head = 0;
  let rows = 0;
  let requests = 0;
  /** Entries from `head` on whose request has ended. */
  let dead = 0;

  function count(job: Job): void {
    const { request, block } = job;
    if (request.waitingJobs === 0) requests += 1;
    request.waitingJobs += 1;
    request.waitingRows += block.rows;
    rows += block.rows;
  }

  function uncount({ request, block }: Job): void {
    request.waitingJobs -= 1;
    request.waitingRows -= block.rows;
    rows -= block.rows;
    if (request.waitingJobs === 0) requests -= 1;
  }

  /** Each entry is copied once for at least one that was removed before. */
  function compact(): void {
    if (head === items.length) {
      items.length = 0;
      head = 0;
    } else if (head > SLACK && 2 * head > items.length) {
      items = items.slice(head);
      head = 0;
    }
  }

  return {
    rows: () => rows,
    requests: () => requests,
    isEmpty: () => head + dead === items.length,
    oldest() {
      for (let at = head; at < items.length; at++) if (!items[at]?.request.settled) return items[at];
      return undefined;
    },
    add(jobs) {
      for (const job of jobs) {
        items.push(job);
        count(job);
      }
    },
    putBack(jobs) {
      const alive = jobs.filter(({ request }) => !request.settled);
      if (head >= alive.length) {
        head -= alive.length;
        for (let i = 0; i < alive.length; i++) items[head + i] = alive[i];
      } else {
        items = [...alive, ...items.slice(head)];
        head = 0;
      }
      for (const job of alive) count(job);
    },
    select(maxRows) {
      const batch: Job[] = [];
      const skipped: Job[] = [];
      let taken = 0;
      let passedOver = false;
      let at = head;
      for (; at < items.length && skipped.length < LOOK_AHEAD; at++) {
        const job = items[at] as Job;
        if (job.request.settled) continue;
        const [first] = batch;
        if (first && (first.alone || taken >= maxRows)) break;
        const joins = !first || (!job.alone && job.key === first.key);
        if (joins && (!first || taken + job.block.rows <= maxRows)) {
          batch.push(job);
          taken += job.block.rows;
        } else {
          skipped.push(job);
          if (joins) passedOver = true;
        }
      }
      return { batch, rows: taken, skipped, passedOver, looked: at - head };
    },
    remove({ batch, skipped, looked }) {
      dead -= looked - batch.length - skipped.length;
      for (const job of batch) uncount(job);
      const end = head + looked;
      const kept = end - skipped.length;
      items.fill(undefined, head, kept);
      for (let i = 0; i < skipped.length; i++) items[kept + i] = skipped[i];
      head = kept;
      compact();
    },
    drop(request) {
      if (request.waitingJobs === 0) return;
      dead += request.waitingJobs;
      rows -= request.waitingRows;
      requests -= 1;
      request.waitingJobs = 0;
      request.waitingRows = 0;
      if (dead <= SLACK || 2 * dead <= items.length - head) return;
      items = items.slice(head).filter((job) => job && !job.request.settled);
      head = 0;
      dead = 0;
    },
    pending() {
      const found: Request[] = [];
      let last: Request | undefined;
      for (let at = head; at < items.length; at++) {
        const request = items[at]?.request;
        if (request && request !== last && !request.settled) found.push(request);
        last = request;
      }
      return found;
    },
  };
}

/** Whether a run is as large as runs get: it has all its rows, or most of them and what could join it does not fit. */
export function isFull({ batch, rows, passedOver }: Selection, maxBatchSize: number): boolean {
  const [first] = batch;
  if (!first || first.alone || maxBatchSize === 1) return false;
  return rows >= maxBatchSize || (2 * rows > maxBatchSize && passedOver);
}
