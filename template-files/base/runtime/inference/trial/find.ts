import type { WorkerPool } from '../pool.ts';
import type { Block, Tensor } from '../tensor.ts';

/** A request that the model answers, with its answers. */
export interface FoundTrial {
  readonly kind: 'found';
  readonly block: Block;
  readonly answers: readonly Tensor[];
}

/** The model refuses all that was tried. */
export interface FailedTrial {
  readonly kind: 'failed';
  readonly tries: number;
  /** The runtime's own words about the first try. */
  readonly reason: string;
}

/** The first of some requests that the model answers. Stops where a worker dies of one: others would die as well. */
export async function findTrial(
  pool: Pick<WorkerPool, 'run'>,
  blocks: Iterable<Block>,
  fetch: readonly number[],
): Promise<FoundTrial | FailedTrial> {
  let tries = 0;
  let reason: string | undefined;
  for (const block of blocks) {
    tries += 1;
    const outcome = await pool.run({ kind: 'run', tensors: block.tensors, fetch });
    if (outcome.kind === 'done') return { kind: 'found', block, answers: outcome.tensors };
    reason ??= outcome.kind === 'failed' ? outcome.message : 'the worker died of it';
    if (outcome.kind !== 'failed') break;
  }
  return { kind: 'failed', tries, reason: reason ?? 'its inputs are too large to be tried' };
}

/** Why a model is not ready that fails every trial run, and what to do. */
export function failedTrialReason({ tries, reason }: FailedTrial): string {
  const runs = tries === 1 ? 'the only trial run' : `all ${tries} trial runs`;
  return (
    `the model fails in ${runs}: ${reason}. Correct the shapes of the inputs in serving.yaml, or put a request that it takes ` +
    'into model/golden.json ({"instance": ...}) and run: npm run golden -- --write'
  );
}
