import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { type GraphTensor, graphProblems } from '../contract/graph.ts';
import { problemsError } from '../contract/problem.ts';
import { datatypeOf, KINDS } from './datatypes.ts';
import type { RuntimeValue } from './messages.ts';
import { checkModelHash } from './model-file.ts';
import { readOnnxHeader } from './onnx-header.ts';
import type { Loaded, PoolOptions } from './pool.ts';

/** Resolves alike from src/ and from dist/: a thread cannot be started from TypeScript. */
const WORKER_PATH = fileURLToPath(new URL('../../dist/inference/worker.js', import.meta.url));

export function workerOptions({ serving, modelPath, workers }: Config, workerPath = WORKER_PATH): PoolOptions {
  return {
    workerPath,
    workers,
    modelPath,
    intraOpThreads: serving.runtime.intraOpThreads,
    inputs: serving.inputs.map(({ name, datatype }) => ({ name, type: KINDS[datatype].ort })),
    outputs: serving.outputs.map(({ name }) => name),
  };
}

export interface ModelInspection {
  readonly opset: number;
  /** Throws MODEL_MISMATCH naming every difference between serving.yaml and the model. */
  readonly checkGraph: (loaded: Loaded) => void;
}

/** Reads the model's file beside the runtime: that it is the released one, and what the runtime does not tell. */
export async function inspectModel({ serving, modelPath }: Config): Promise<ModelInspection> {
  await checkModelHash(modelPath, serving.model);
  const { opsets } = await readOnnxHeader(modelPath);
  return {
    opset: opsets['ai.onnx'] ?? 0,
    checkGraph(loaded) {
      const problems = graphProblems(serving, {
        inputs: loaded.inputs.map(toTensor),
        outputs: loaded.outputs.map(toTensor),
      });
      if (problems.length > 0) throw problemsError('MODEL_MISMATCH', 'serving.yaml', problems);
    },
  };
}

function toTensor({ name, isTensor, type, shape }: RuntimeValue): GraphTensor {
  return {
    name,
    type,
    datatype: isTensor ? datatypeOf(type) : undefined,
    shape: shape.map((size) => (typeof size === 'number' && size >= 0 ? size : -1)),
  };
}
