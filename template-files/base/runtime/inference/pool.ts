import { SHARE_ENV, Worker } from 'node:worker_threads';
import { ServiceError } from '../errors.ts';
import type { FromWorker, RunMessage, SessionOptions, ToWorker } from './messages.ts';

export type Loaded = Extract<FromWorker, { kind: 'loaded' }>;

/** How a run ended: with tensors, with the runtime's refusal, or with the death of the worker, before it or during it. */
export type RunOutcome = Extract<FromWorker, { kind: 'done' | 'failed' }> | { readonly kind: 'lost' | 'unstarted' };

/** What whoever hands out a run has to do with the worker's next one. */
export interface Handing {
  /** Called when the run begins: at once on an idle worker, later on a busy one, never where its worker dies before. */
  readonly onBegin: () => void;
  /** Whether another run may be handed ahead behind it. */
  readonly followed: boolean;
}

export interface PoolEvents {
  /** A worker has become free, or has begun with the run that was waiting for it. */
  readonly onIdle: () => void;
  readonly onLost: (error: Error | undefined) => void;
}

/** Worker threads that each hold the model. A worker that dies is replaced. */
export interface WorkerPool {
  /** What the model is; rejects with MODEL_INVALID when it cannot be loaded. */
  readonly loaded: Promise<Loaded>;
  /** Says who is told of what happens from now on. */
  watch(events: PoolEvents): void;
  /** Workers that hold a model, busy or not. */
  alive(): number;
  idle(): number;
  /** Busy workers whose run may be followed, and is not yet. */
  ahead(): number;
  /** Runs on an idle worker, or else next on the busy one whose run began first; there must be one. By default nothing follows it. */
  run(message: RunMessage, handing?: Handing): Promise<RunOutcome>;
  /** Resolves when every worker has ended. A busy one ends after what it has been handed: ending it earlier would abort the process. */
  close(): Promise<void>;
}

export interface PoolOptions extends SessionOptions {
  readonly workers: number;
  /** The worker's module; tests put a double here. */
  readonly workerPath: string;
}

interface Run extends Handing {
  readonly finish: (outcome: RunOutcome) => void;
}

interface Slot {
  readonly worker: Worker;
  /** The run that it is at, and the one behind it. Answers come in this order. */
  readonly runs: Run[];
  alive: boolean;
}

const UNFOLLOWED: Handing = { onBegin() {}, followed: false };

const RESPAWN_MIN_MS = 100;
const RESPAWN_MAX_MS = 5000;

/**
 * Starts the workers at once; `loaded` tells when all of them hold the model. A run takes the tensors in the order of `inputs`, and
 * always resolves: failures and deaths are outcomes. What cannot be sent to a thread, and a run that no worker has room for
 * (RangeError), throw at once.
 */
export function createPool(options: PoolOptions): WorkerPool {
  const { workers, workerPath, ...workerData } = options;
  const slots = new Set<Slot>();
  const idle: Slot[] = [];
  /** At a run that may be followed, with none behind it yet; in the order in which those began. */
  const open: Slot[] = [];
  let events: PoolEvents = { onIdle() {}, onLost() {} };
  let closing = false;
  let failures = 0;
  let missing = workers;
  let allGone: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    allGone = resolve;
  });
  let settle: { resolve(value: Loaded): void; reject(error: Error): void } | undefined;
  const loaded = new Promise<Loaded>((resolve, reject) => {
    settle = { resolve, reject };
  });

  function receive(slot: Slot, message: FromWorker): void {
    if (message.kind === 'loaded') {
      slot.alive = true;
      missing -= 1;
      // A model that is being served is only announced whole: the first readiness waits for every worker.
      if (missing === 0) settle?.resolve(message);
    } else if (message.kind === 'refused') {
      settle?.reject(
        new ServiceError('MODEL_INVALID', `the model cannot be loaded: ${message.message}${wayOut(message)}`),
      );
      return;
    } else {
      failures = 0;
      slot.runs.shift()?.finish(message);
    }
    remove(open, slot);
    const [next] = slot.runs;
    if (next) begin(slot, next);
    else if (closing) slot.worker.postMessage({ kind: 'close' } satisfies ToWorker);
    else idle.push(slot);
    if (!closing) events.onIdle();
  }

  function begin(slot: Slot, run: Run): void {
    if (run.followed) open.push(slot);
    run.onBegin();
  }

  function bury(slot: Slot, error: Error | undefined): void {
    slots.delete(slot);
    remove(idle, slot);
    remove(open, slot);
    if (slot.alive) missing += 1;
    slot.alive = false;
    const [current, next] = slot.runs.splice(0);
    current?.finish({ kind: 'lost' });
    next?.finish({ kind: 'unstarted' });
    if (closing) {
      if (slots.size === 0) allGone();
      return;
    }
    events.onLost(error);
    settle?.reject(
      new ServiceError('MODEL_INVALID', 'a worker ended before it had loaded the model', { cause: error }),
    );
    // At once for the first death, ever slower for a model that kills each worker it gets.
    const delay = failures === 0 ? 0 : Math.min(RESPAWN_MAX_MS, RESPAWN_MIN_MS * 2 ** failures);
    failures += 1;
    setTimeout(() => {
      if (!closing) spawn();
    }, delay).unref();
  }

  function spawn(): void {
    const worker = new Worker(workerPath, { workerData, env: SHARE_ENV, name: 'inference' });
    const slot: Slot = { worker, runs: [], alive: false };
    slots.add(slot);
    let error: Error | undefined;
    worker.on('message', (message: FromWorker) => receive(slot, message));
    // An answer that cannot be read is one all the same: the next one is not its own.
    worker.on('messageerror', ({ message }: Error) => receive(slot, { kind: 'failed', message }));
    worker.on('error', (cause: Error) => {
      error = cause;
    });
    worker.on('exit', () => bury(slot, error));
  }

  // A rejection before anybody waits for the model is reported to who then does.
  loaded.catch(() => {});
  for (let i = 0; i < workers; i++) spawn();

  return {
    loaded,
    watch(watcher) {
      events = watcher;
    },
    alive: () => workers - missing,
    idle: () => idle.length,
    ahead: () => (closing ? 0 : open.length),
    run(message, handing = UNFOLLOWED) {
      const slot = idle.at(-1) ?? open[0];
      if (!slot) throw new RangeError('no worker has room for a run');
      // First of all: what cannot be sent is not run.
      slot.worker.postMessage(message);
      remove(idle, slot);
      remove(open, slot);
      return new Promise((finish) => {
        const run = { ...handing, finish };
        slot.runs.push(run);
        if (slot.runs.length === 1) begin(slot, run);
      });
    },
    close() {
      closing = true;
      for (const slot of idle.splice(0)) slot.worker.postMessage({ kind: 'close' } satisfies ToWorker);
      if (slots.size === 0) allGone();
      return gone;
    },
  };
}

/** Text models of scikit-learn ask for a locale that slim images do not have. */
function wayOut({ message }: { readonly message: string }): string {
  const [, locale] = /construct locale with name:\s*([\w.@-]+)/.exec(message) ?? [];
  if (locale === undefined) return '';
  return ` (its StringNormalizer wants the locale ${locale}, which is not here: take the model in with \`create-ml-serving model\`, or set the node's attribute locale to C.UTF-8)`;
}

function remove<T>(from: T[], one: T): void {
  const index = from.indexOf(one);
  if (index >= 0) from.splice(index, 1);
}
