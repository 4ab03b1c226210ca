import type { Logger } from 'pino';
import { type Problem, problemsError } from '../contract/rule.ts';
import { hasBatchAxis, type OutputSpec, type Serving, unreadLabels } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { createFindMisfit, type Misfit } from './answer-shape.ts';
import { NOT_PER_ROW } from './batching.ts';
import { KINDS } from './datatypes.ts';
import { type Comparison, type Golden, type GoldenSample, refusalOf } from './golden.ts';
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

/** Two numbers of rows: another axis of the answer may have one of them by chance. */
const TRIED_ROWS = [2, 3];

/**
 * Rows in must be as many rows out (an output whose first axis is free need not have the rows there), and every other axis as
 * serving.yaml says: a graph may declare shapes that it does not answer in.
 * @param sampled whether the block is a real request; zeros stand for the sizes of free axes, on which those of answers may depend
 */
export async function checkAnswerShapes(
  pool: Pick<WorkerPool, 'run'>,
  serving: Serving,
  block: Block,
  sampled: boolean,
): Promise<void> {
  const isGuess = !sampled && serving.inputs.some(({ shape }) => shape.includes(-1, 1));
  const promised = isGuess ? { ...serving, outputs: serving.outputs.map(onlyRows) } : serving;
  for (const copies of hasBatchAxis(serving) ? TRIED_ROWS : [1])
    await checkShapesOf(copies, pool, serving, promised, block);
}

async function checkShapesOf(
  copies: number,
  pool: Pick<WorkerPool, 'run'>,
  serving: Serving,
  promised: Serving,
  block: Block,
): Promise<void> {
  const tensors = block.tensors.map((tensor, i) => {
    const input = serving.inputs[i];
    return input ? stack(new Array(copies).fill(tensor), KINDS[input.datatype].create) : tensor;
  });
  const fetch = serving.outputs.map((_, i) => i);
  const outcome = await pool.run({ kind: 'run', tensors, fetch });
  if (outcome.kind !== 'done') return;
  const findMisfit = createFindMisfit(promised);
  const rows = copies * block.rows;
  const problems = fetch.flatMap((i): Problem[] => {
    const tensor = outcome.tensors[i];
    const misfit = tensor && findMisfit([i], [tensor], rows);
    return misfit ? [shapeProblem(misfit, serving, rows)] : [];
  });
  if (problems.length > 0) throw problemsError('MODEL_MISMATCH', 'serving.yaml', problems);
}

function onlyRows(output: OutputSpec): OutputSpec {
  return { ...output, shape: output.shape.map((size, axis) => (axis === 0 ? size : -1)) };
}

function shapeProblem({ output, expected, found }: Misfit, { outputs }: Serving, rows: number): Problem {
  const mend =
    expected[0] === rows && found[0] !== rows
      ? NOT_PER_ROW
      : 'That is what the model answers, whatever its graph declares: write it down, or export the model with the shape that it has.';
  return {
    field: `outputs[${output}].shape`,
    expected: `"${outputs[output]?.name}" to be [${expected.join(', ')}]${rows > 1 ? ` for ${rows} rows of input` : ''}`,
    found: `[${found.join(', ')}]`,
    mend,
  };
}

/** Says it where a label of the model's own is listed and does not decide: its answer may be another one than the service's. */
export function unreadLabelWarning(serving: Serving): string | undefined {
  const names = unreadLabels(serving).map(({ name }) => `"${name}"`);
  if (names.length === 0) return undefined;
  const mend =
    names.length === 1 ? 'list its values as its classes in serving.yaml, or take it out' : 'leave one of them';
  return `the label is that of the highest score, whatever the model says in output ${names.join(', ')}: ${mend}`;
}

/**
 * Does something with a sample of golden.json.
 * @throws MODEL_MISMATCH naming the sample, where that or the model is the reason that it cannot be done
 */
export async function withSample<T>(source: string, place: number, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const reason = refusalOf(cause);
    if (reason === undefined) throw cause;
    throw new ServiceError('MODEL_MISMATCH', `${source}, sample ${place}: ${reason}`, { cause });
  }
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
  ask: (sample: GoldenSample, place: number) => Promise<Comparison>,
  logger: Logger,
): Promise<GoldenRun> {
  let maxAbsDiff = 0;
  let disagreements = 0;
  let reason: string | undefined;
  for (const [i, sample] of golden.samples.entries()) {
    const { agrees, maxAbsDiff: difference, difference: place } = await ask(sample, i);
    maxAbsDiff = Math.max(maxAbsDiff, difference);
    if (agrees) continue;
    disagreements += 1;
    reason ??= `golden sample ${i}: ${place}`;
  }
  if (reason === undefined) return { readiness: READY, maxAbsDiff, disagreements };
  logger.error({ difference: reason }, 'the model does not give the answers it was released with: not ready');
  return { readiness: { ready: false, reason }, maxAbsDiff, disagreements };
}
