import { hasBatchAxis, type Serving, type TensorSpec } from '../contract/serving.ts';
import { KINDS } from './datatypes.ts';
import type { RunMessage, SessionOptions } from './messages.ts';
import type { Handing, RunOutcome, WorkerPool } from './pool.ts';
import type { Session } from './session.ts';
import { type Block, stack } from './tensor.ts';

/**
 * Where runs happen. In the workers, unless the model is so small that a whole batch takes less than to hand it to another
 * thread and back (two messages, two switches of context: 0.1 ms): such runs are done on the spot, by the main thread.
 */
export interface Executor extends Pick<WorkerPool, 'idle' | 'ahead' | 'run'> {
  /** Tries full batches of what the block repeats in a worker, and opens the short way where they are short enough. */
  open(block: Block, fetch: readonly number[]): Promise<boolean>;
  close(): Promise<void>;
}

export interface ExecutorEvents {
  /** The short way turned out to be none: runs are the workers' from here on. */
  readonly onSlow: (ms: number) => void;
}

/** A full batch may take so long for the short way: far below what anything else that waits for the main thread would notice. */
const SHORT_MS = 0.25;
/** With a single CPU there is no thread beside the main one that could run meanwhile: only the handing over is saved. */
const SHORT_MS_ALONE = 2;
/** A run that takes longer than this was not what was tried. So many in a row, and there is no short way any more. */
const SLOW_MS = 10;
const SLOW_RUNS = 3;
/** The shortest counts: other load on the machine only ever makes a run longer. */
const TRIES = 5;
/** No load on the machine makes a short run this long: further tries would only delay the start. */
const NEVER_SHORT_MS = 40;

/** The runtime, loaded into the main thread only where it is needed there. */
async function openHere(options: SessionOptions): Promise<Session> {
  await import('./runtime-environment.ts');
  const { openSession } = await import('./session.ts');
  return openSession(options);
}

export interface ExecutorDeps extends ExecutorEvents {
  readonly pool: Pick<WorkerPool, 'idle' | 'ahead' | 'run'>;
  readonly serving: Serving;
  readonly options: SessionOptions;
  readonly cpus: number;
  /** Tests put a double here. */
  readonly openSession?: typeof openHere;
}

/**
 * All runs are the workers' until `open` has tried the model, on a block of the inputs in their order; it resolves to whether the
 * main thread does them from here on. A run that fails is an outcome, here as in the pool; `onSlow` is told milliseconds.
 */
export function createExecutor({
  pool,
  serving,
  options,
  cpus,
  onSlow,
  openSession = openHere,
}: ExecutorDeps): Executor {
  const shortMs = cpus === 1 ? SHORT_MS_ALONE : SHORT_MS;
  const predictable = isPredictable(serving);
  let session: Session | undefined;
  let running = false;
  let slowRuns = 0;

  /** A full batch, as far as it can be made of a block. */
  function fullBatch(block: Block, fetch: readonly number[]): RunMessage {
    const copies = Math.max(1, Math.floor(maxRows(serving) / block.rows));
    const tensors = block.tensors.map((tensor, i) => {
      const { create } = KINDS[serving.inputs[i]?.datatype ?? 'FP32'];
      return stack(new Array(copies).fill(tensor), create);
    });
    return { kind: 'run', tensors, fetch };
  }

  async function isShort(message: RunMessage): Promise<boolean> {
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < TRIES; i++) {
      const outcome = await pool.run(message);
      if (outcome.kind !== 'done' || outcome.ms > NEVER_SHORT_MS) return false;
      shortest = Math.min(shortest, outcome.ms);
    }
    return shortest <= shortMs;
  }

  async function runHere(opened: Session, message: RunMessage, handing?: Handing): Promise<RunOutcome> {
    running = true;
    handing?.onBegin();
    const outcome = await opened.run(message);
    running = false;
    slowRuns = outcome.kind === 'done' && outcome.ms > SLOW_MS ? slowRuns + 1 : 0;
    if (slowRuns >= SLOW_RUNS && outcome.kind === 'done') {
      onSlow(outcome.ms);
      void close();
    }
    return outcome;
  }

  async function close(): Promise<void> {
    const opened = session;
    session = undefined;
    await opened?.release();
  }

  return {
    idle: () => (session ? (running ? 0 : 1) : pool.idle()),
    // A run of any length would hold up the one behind it, while another worker may be free.
    ahead: () => (session || !predictable ? 0 : pool.ahead()),
    run: (message, handing) => (session ? runHere(session, message, handing) : pool.run(message, handing)),
    async open(block, fetch) {
      const message = fullBatch(block, fetch);
      if (!predictable || hasHalfFloats(serving) || !(await isShort(message))) return false;
      const opened = await openSession(options);
      // The runtime takes only arrays of the realm that it was loaded in, which a test runner's code is not in.
      const works = (await opened.run(message)).kind === 'done';
      if (works) session = opened;
      else await opened.release();
      return works;
    },
    close,
  };
}

const maxRows = (serving: Serving): number => (hasBatchAxis(serving) ? serving.batching.maxBatchSize : 1);

/** Where an axis beside the batch is free, or a text is of any length, the time of one run says nothing of the next. */
function isPredictable(serving: Serving): boolean {
  const { inputs, outputs } = serving;
  const from = hasBatchAxis(serving) ? 1 : 0;
  const isFixed = ({ shape }: TensorSpec) => shape.indexOf(-1, from) < 0;
  return [...inputs, ...outputs].every(isFixed) && inputs.every(({ datatype }) => datatype !== 'BYTES');
}

/** They would need a change of environment (half-floats.ts) that is not for the main thread. */
function hasHalfFloats({ inputs, outputs }: Serving): boolean {
  return [...inputs, ...outputs].some(({ datatype }) => datatype === 'FP16');
}
