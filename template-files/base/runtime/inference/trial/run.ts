import type { Serving } from '../../contract/serving.ts';
import type { WorkerPool } from '../pool.ts';
import type { Block, Tensor } from '../tensor.ts';
import { trialBlocks, variedBlock } from './blocks.ts';
import { type FailedTrial, findTrial } from './find.ts';
import { findScoreProblem, type ScoreFinding } from './scores.ts';

/** What trial runs have shown of a model. */
export interface TrialResult {
  readonly kind: 'found';
  /** A request that the model answers. */
  readonly block: Block;
  /** Whether that is one that a client could send, not one that was made up. */
  readonly sampled: boolean;
  readonly scores: ScoreFinding | undefined;
}

export interface TrialDeps {
  readonly pool: Pick<WorkerPool, 'run'>;
  readonly serving: Serving;
  /** Of the model's file: it may name the size of the input. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Finds a request that the model answers, and looks at what it answers.
 * @param samples one that has an answer and is taken as it is, or some that have none: before those that are made up
 */
export async function runTrial(
  deps: TrialDeps,
  samples: Block | AsyncIterable<Block>,
): Promise<TrialResult | FailedTrial> {
  if ('tensors' in samples) return resultOf(deps, samples, true);
  const { pool, serving, metadata } = deps;
  const open: Block[] = [];
  for await (const block of samples) open.push(block);
  const found = await findTrial(pool, candidates(open, trialBlocks(serving, metadata)), allOutputs(serving));
  return found.kind === 'failed' ? found : resultOf(deps, found.block, open.includes(found.block));
}

function* candidates(first: Iterable<Block>, then: Iterable<Block>): Generator<Block> {
  yield* first;
  yield* then;
}

async function resultOf(deps: TrialDeps, block: Block, sampled: boolean): Promise<TrialResult> {
  return { kind: 'found', block, sampled, scores: await tryScores(deps, block) };
}

/** Whether what serving.yaml takes for probabilities are some, as far as two runs show it. */
export async function tryScores({ pool, serving }: TrialDeps, block: Block): Promise<ScoreFinding | undefined> {
  if (!serving.model.type.endsWith('-classification')) return undefined;
  const answers: (readonly Tensor[])[] = [];
  for (const { tensors } of [block, variedBlock(serving, block)]) {
    const outcome = await pool.run({ kind: 'run', tensors, fetch: allOutputs(serving) });
    if (outcome.kind === 'done') answers.push(outcome.tensors);
  }
  return findScoreProblem(serving, answers);
}

/** Places of all outputs that serving.yaml lists. */
export function allOutputs({ outputs }: Serving): readonly number[] {
  return outputs.map((_, i) => i);
}
