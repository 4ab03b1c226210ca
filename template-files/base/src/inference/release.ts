import type { Logger } from 'pino';
import { type Problem, problemsError } from '../contract/problem.ts';
import { hasBatchAxis, type Serving } from '../contract/serving.ts';
import { KINDS } from './datatypes.ts';
import type { Comparison, Golden, GoldenSample } from './golden.ts';
import type { WorkerPool } from './pool.ts';
import { type Block, stack } from './tensor.ts';

/** Whether requests can be answered, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason: string;
}

export const READY: Readiness = { ready: true, reason: 'ready' };

/** One run on every worker, so that no client pays for the first one: the runtime plans its memory then. */
export async function warmUp(pool: WorkerPool, block: Block, fetch: readonly number[]): Promise<void> {
  const runs = Array.from({ length: pool.idle() }, () => pool.run({ kind: 'run', tensors: block.tensors, fetch }));
  await Promise.all(runs);
}

/** Two rows in must be two rows out: an output whose first axis is free need not have the batch there. */
export async function checkBatchAxis(pool: WorkerPool, serving: Serving, block: Block): Promise<void> {
  if (!hasBatchAxis(serving) || serving.batching.maxBatchSize === 1) return;
  const tensors = block.tensors.map((tensor, i) => {
    const input = serving.inputs[i];
    return input ? stack([tensor, tensor], KINDS[input.datatype].create) : tensor;
  });
  const outcome = await pool.run({ kind: 'run', tensors, fetch: serving.outputs.map((_, i) => i) });
  if (outcome.kind !== 'done') return;
  const expected = 2 * block.rows;
  const problems = outcome.tensors.flatMap((tensor, i): Problem[] =>
    tensor.dims[0] === expected
      ? []
      : [
          {
            field: `outputs[${i}].shape`,
            expected: `${expected} rows for ${expected} rows of input`,
            found: `[${tensor.dims.join(', ')}]`,
            mend: 'Its first axis is not the batch: set batching.maxBatchSize to 1, or export the model with a batch axis.',
          },
        ],
  );
  if (problems.length > 0) throw problemsError('MODEL_MISMATCH', 'serving.yaml', problems);
}

/** What the model is tried with: a golden sample, or else zeros of the contract's shapes. */
export function trialBlock(serving: Serving, sample: readonly Block[] | undefined): Block {
  const [first] = sample ?? [];
  if (first) return first;
  const tensors = serving.inputs.map(({ datatype, shape }) => {
    const dims = shape.map((size) => (size === -1 ? 1 : size));
    return { dims, data: KINDS[datatype].create(dims.reduce((product, size) => product * size, 1)) };
  });
  return { rows: 1, tensors, key: '' };
}

export interface GoldenRun {
  readonly readiness: Readiness;
  readonly maxAbsDiff: number;
  /** Samples that do not agree. */
  readonly disagreements: number;
}

/** Asks every golden sample. The first that disagrees is the reason not to be ready. */
export async function runGolden(
  golden: Golden,
  ask: (sample: GoldenSample) => Promise<Comparison>,
  logger: Logger,
): Promise<GoldenRun> {
  let maxAbsDiff = 0;
  let disagreements = 0;
  let reason: string | undefined;
  for (const [i, sample] of golden.samples.entries()) {
    const { agrees, maxAbsDiff: difference, difference: place } = await ask(sample);
    maxAbsDiff = Math.max(maxAbsDiff, difference);
    if (agrees) continue;
    disagreements += 1;
    reason ??= `golden sample ${i}: ${place}`;
  }
  if (reason === undefined) return { readiness: READY, maxAbsDiff, disagreements };
  logger.error({ difference: reason }, 'the model does not give the answers it was released with: not ready');
  return { readiness: { ready: false, reason }, maxAbsDiff, disagreements };
}
