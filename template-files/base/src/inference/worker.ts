/**
 * Runs in a worker thread: one session, one run at a time. The runtime blocks the thread it is called on, which is why it
 * is called here and nowhere else.
 */
import { parentPort, workerData } from 'node:worker_threads';
import './runtime-environment.ts';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { TensorData } from './datatypes.ts';
import type { FromWorker, RunMessage, ToWorker, WorkerOptions } from './messages.ts';

const options = workerData as WorkerOptions;

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function run(session: InferenceSession, { tensors, fetch }: RunMessage): Promise<void> {
  const started = performance.now();
  try {
    const feeds: Record<string, Tensor> = {};
    for (let i = 0; i < tensors.length; i++) {
      const tensor = tensors[i];
      const input = options.inputs[i];
      if (tensor && input)
        feeds[input.name] = new Tensor(input.type as 'float32', tensor.data as Float32Array, tensor.dims);
    }
    const names = fetch.map((index) => options.outputs[index] ?? '');
    const results = await session.run(feeds, names);
    const outputs = names.map((name) => {
      const result = results[name];
      if (!result) throw new Error(`the model gave no output "${name}"`);
      return { dims: result.dims, data: result.data as TensorData };
    });
    say({ kind: 'done', tensors: outputs, ms: performance.now() - started });
  } catch (error) {
    say({ kind: 'failed', message: messageOf(error) });
  }
}

try {
  const session = await InferenceSession.create(options.modelPath, {
    executionProviders: ['cpu'],
    // Explicit: the default counts physical cores and pins threads to them, which fails in a container with a CPU set.
    intraOpNumThreads: options.intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
    // Idle threads would otherwise spin at 100 % CPU between runs.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'run') {
      void run(session, message);
    } else {
      void session.release().finally(() => parentPort?.close());
    }
  });
  const describe = (value: InferenceSession.ValueMetadata) => ({
    name: value.name,
    isTensor: value.isTensor,
    type: value.isTensor ? value.type : 'a sequence or map',
    shape: value.isTensor ? [...value.shape] : [],
  });
  say({
    kind: 'loaded',
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
    runtime: env.versions.node ?? env.versions.common,
  });
} catch (error) {
  say({ kind: 'refused', message: messageOf(error) });
  parentPort?.close();
}
