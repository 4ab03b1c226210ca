import type { Config } from '../config.ts';
import { type Graph, type GraphTensor, graphProblems } from '../contract/graph.ts';
import { problemsError } from '../contract/rule.ts';
import { compiledPath } from '../root.ts';
import { datatypeOf, KINDS } from './datatypes.ts';
import type { RuntimeValue } from './messages.ts';
import { checkModelHash, readOnnxHeader } from './model-file.ts';
import { createPool, type Loaded, type PoolOptions, type WorkerPool } from './pool.ts';

const WORKER_PATH = compiledPath('inference/worker');

export function workerOptions({ serving, modelPath, workers }: Config): PoolOptions {
  return {
    workerPath: WORKER_PATH,
    workers,
    modelPath,
    intraOpThreads: serving.runtime.intraOpThreads,
    inputs: serving.inputs.map(({ name, datatype }) => ({ name, type: KINDS[datatype].ort })),
    outputs: serving.outputs.map(({ name }) => name),
  };
}

/** Can be called before the rest of the service has been imported: the workers load the model meanwhile. */
export function startWorkers(config: Config, workerPath = WORKER_PATH): WorkerPool {
  return createPool({ ...workerOptions(config), workerPath });
}

export interface ModelInspection {
  readonly opset: number;
  /** What the exporter wrote of the model, by key. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Throws MODEL_MISMATCH naming every difference between serving.yaml and the model. */
  readonly checkGraph: (loaded: Loaded) => void;
}

/** Reads the model's file beside the runtime: that it is the released one, and what the runtime does not tell. */
export async function inspectModel({ serving, modelPath }: Config): Promise<ModelInspection> {
  await checkModelHash(modelPath, serving.model);
  const { opsets, metadata } = await readOnnxHeader(modelPath);
  return {
    metadata,
    opset: opsets['ai.onnx'] ?? 0,
    checkGraph(loaded) {
      const problems = graphProblems(serving, graphOf(loaded));
      if (problems.length > 0) throw problemsError('MODEL_MISMATCH', 'serving.yaml', problems);
    },
  };
}

/** The graph in the words of the contract. */
export function graphOf({ inputs, outputs }: Pick<Loaded, 'inputs' | 'outputs'>): Graph {
  return { inputs: inputs.map(toTensor), outputs: outputs.map(toTensor) };
}

function toTensor({ name, isTensor, type, shape }: RuntimeValue): GraphTensor {
  return {
    name,
    type,
    datatype: isTensor ? datatypeOf(type) : undefined,
    shape: shape.map((size) => (typeof size === 'number' && size >= 0 ? size : -1)),
  };
}
