import type { GraphTensor } from '../../contract/graph.ts';
import type { Serving } from '../../contract/serving.ts';
import type { WorkerPool } from '../pool.ts';
import type { Block, Tensor } from '../tensor.ts';
import { trialBlocks, variedBlock } from './blocks.ts';
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

/**
 * The shape of an output as the runtime and a trial run show it: the number of axes and the sizes that the runtime knows. What
 * neither shows stays as serving.yaml promises it, or is free: two runs that agree about a size do not show that all do.
 * @param answered the sizes of an answer; undefined where there was none
 */
export function refinedShape(
  promised: readonly number[],
  { shape: inferred }: Pick<GraphTensor, 'shape'>,
  answered: readonly number[] | undefined,
): readonly number[] {
  const rank = inferred.length > 0 ? inferred.length : (answered?.length ?? promised.length);
  // The runtime describes a single number and an output of unknown rank alike.
  if (rank === 0) return promised;
  return Array.from({ length: rank }, (_, axis) => {
    const known = inferred.length === rank ? (inferred[axis] ?? -1) : -1;
    const before = promised.length === rank ? (promised[axis] ?? -1) : -1;
    return known === -1 ? before : known;
  });
}
