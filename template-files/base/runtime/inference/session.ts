import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { TensorData } from './datatypes.ts';
import type { FromWorker, RunMessage, SessionOptions } from './messages.ts';
import { isOutOfMemory } from './refusal.ts';

/** The runtime's session, in the words of a worker's messages. Whoever imports this imports ./runtime-environment.ts before it. */
export interface Session {
  readonly loaded: Extract<FromWorker, { kind: 'loaded' }>;
  /**
   * Blocks the thread for as long as the run takes. Never rejects. After a failure a run that was answered before is done again, to know
   * whether the values or the session are the reason.
   */
  run(message: RunMessage): Promise<Extract<FromWorker, { kind: 'done' | 'failed' }>>;
  release(): Promise<void>;
}

/** Loads the model, which blocks the thread as well. Rejects with the runtime's own words. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const session = await InferenceSession.create(options.modelPath, {
    executionProviders: ['cpu'],
    // Explicit: the default counts physical cores and pins threads to them, which fails in a container with a CPU set.
    intraOpNumThreads: options.intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // What fails is thrown, and logged as a line of JSON; the runtime would print it a second time, to the terminal.
    logSeverityLevel: 4,
    // Idle threads would otherwise spin at 100 % CPU between runs.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
  /** The first run that was answered: at the start that is the trial, a golden sample where there is one. */
  let answered: RunMessage | undefined;

  async function runAndCompare(message: RunMessage): ReturnType<Session['run']> {
    const outcome = await run(session, options, message);
    if (outcome.kind === 'done') answered ??= message;
    else if (answered && !isOutOfMemory(outcome.message)) {
      const again = await run(session, options, answered);
      return { ...outcome, refused: again.kind === 'done' };
    }
    return outcome;
  }

  return {
    loaded: {
      kind: 'loaded',
      inputs: session.inputMetadata.map(describe),
      outputs: session.outputMetadata.map(describe),
      runtime: env.versions.node ?? env.versions.common,
    },
    run: runAndCompare,
    release: () => session.release(),
  };
}

async function run(session: InferenceSession, options: SessionOptions, { tensors, fetch }: RunMessage) {
  let started = performance.now();
  try {
    const feeds: Record<string, Tensor> = {};
    for (let i = 0; i < tensors.length; i++) {
      const tensor = tensors[i];
      const input = options.inputs[i];
      if (tensor && input)
        feeds[input.name] = new Tensor(input.type as 'float32', tensor.data as Float32Array, tensor.dims);
    }
    const names = fetch.map((index) => options.outputs[index] ?? '');
    // The runtime puts its run into the queue of immediates: what stands before it there is not the run's time.
    setImmediate(() => {
      started = performance.now();
    });
    const results = await session.run(feeds, names);
    const outputs = names.map((name) => {
      const result = results[name];
      if (!result) throw new Error(`the model gave no output "${name}"`);
      return { dims: result.dims, data: result.data as TensorData };
    });
    return { kind: 'done', tensors: outputs, ms: performance.now() - started } as const;
  } catch (error) {
    return { kind: 'failed', message: messageOf(error) } as const;
  }
}

function describe(value: InferenceSession.ValueMetadata) {
  return {
    name: value.name,
    isTensor: value.isTensor,
    type: value.isTensor ? value.type : 'a sequence or map',
    shape: value.isTensor ? [...value.shape] : [],
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
