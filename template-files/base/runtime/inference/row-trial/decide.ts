import type { Serving } from '../../contract/serving.ts';
import { type BatchingState, batchingAfterTrial, batchingWithoutTrial } from '../batching.ts';
import type { Question } from '../golden.ts';
import type { WorkerPool } from '../pool.ts';
import type { Block } from '../tensor.ts';
import { type Shapes, tryRows } from './try-rows.ts';

export interface DecideDeps {
  readonly pool: Pick<WorkerPool, 'run'>;
  readonly serving: Serving;
  /** The block that the model was tried with before. */
  readonly trial: Block;
  /** Whether that is a real request. */
  readonly sampled: boolean;
  readonly encodeSample: (instance: unknown) => Promise<readonly Block[]>;
}

/** Samples that a trial takes its rows and values from at most. */
const MAX_SAMPLES = 16;
/** Free axes are tried at this size first: at 1 a model may well have nothing to mix. */
const FREE_SIZE = 4;

/**
 * Whether requests share runs, by serving.yaml or else by a trial.
 * @throws MODEL_MISMATCH where serving.yaml asks for what the trial forbids
 */
export async function decideBatching(deps: DecideDeps, questions: readonly Question[]): Promise<BatchingState> {
  const { pool, serving, trial, sampled, encodeSample } = deps;
  const known = batchingWithoutTrial(serving);
  if (known) return known;
  const samples: Block[] = [];
  for (const { instance } of questions.slice(0, MAX_SAMPLES)) {
    try {
      samples.push(...(await encodeSample(instance)));
    } catch {
      // A sample that is no instance any more is reported where the samples are compared.
    }
  }
  const shapes = trial.tensors.map(({ dims }) => dims);
  const candidates = sampled ? [shapes] : [withFreeAxes(serving, shapes), shapes];
  return batchingAfterTrial(serving, await tryRows({ pool, serving, shapes: candidates, samples }));
}

function withFreeAxes({ inputs }: Serving, shapes: Shapes): Shapes {
  return shapes.map((dims, i) =>
    dims.map((size, axis) => (axis > 0 && inputs[i]?.shape[axis] === -1 ? FREE_SIZE : size)),
  );
}
