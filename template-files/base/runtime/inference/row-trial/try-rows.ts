import type { Serving } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { WorkerPool } from '../pool.ts';
import { type Block, stack, type Tensor } from '../tensor.ts';
import { findDifference, OTHER_RUN_TOLERANCE, type Place, SAME_RUN_TOLERANCE, scalesOf } from './compare.ts';
import { createRandom, createRowMaker, type RowMaker, type Spread } from './values.ts';

/** What a trial has found out about the rows of a model. */
export type RowTrial =
  | { readonly kind: 'independent'; readonly runs: number }
  /** The answer to a row depends on the rows beside it, on their number, or on its place among them. */
  | { readonly kind: 'mixed'; readonly detail: string }
  /** The same run twice gives different answers: nothing can be compared. */
  | { readonly kind: 'random'; readonly detail: string }
  | { readonly kind: 'not_tried'; readonly reason: string }
  /** The first axis of an output is not that of the rows. */
  | { readonly kind: 'not_per_row'; readonly output: number; readonly rows: number; readonly found: readonly number[] };

/** The sizes of the axes of each input. */
export type Shapes = readonly (readonly number[])[];

export interface RowTrialDeps {
  readonly pool: Pick<WorkerPool, 'run'>;
  readonly serving: Serving;
  /** Shapes of the inputs that are tried, their first axes aside; the first whose runs succeed decide. */
  readonly shapes: readonly Shapes[];
  /** Blocks of real requests. */
  readonly samples: readonly Block[];
  readonly now?: () => number;
}

/**
 * The bound of a trial: so many rounds of so many rows, each of eight runs (four of all rows, four of a single row), and one full
 * batch. Once this many milliseconds have passed, no further round begins; a model whose runs are slow has a single round.
 */
export const ROUNDS = 3;
export const ROWS = 4;
export const BUDGET_MS = 1000;

/** From so large a share of the rows on, a difference between runs of different sizes is no tie that noise has decided. */
const MAJORITY = 0.5;

type Answer = readonly Tensor[];

/** The reason that there is no result: a run that failed. */
class NotTried extends Error {}

/**
 * Runs different rows alone and together, with other neighbours, in other places and in a full batch, and compares the answers to
 * each row. All outputs of serving.yaml are compared.
 */
export async function tryRows({
  pool,
  serving,
  shapes,
  samples,
  now = () => performance.now(),
}: RowTrialDeps): Promise<RowTrial> {
  const { inputs, outputs } = serving;
  const fetch = outputs.map((_, i) => i);
  const started = now();
  let runs = 0;

  async function run(blocks: readonly Block[]): Promise<Answer> {
    const tensors = inputs.map(({ datatype }, i) =>
      stack(
        blocks.map((block) => block.tensors[i] as Tensor),
        KINDS[datatype].create,
      ),
    );
    runs += 1;
    const outcome = await pool.run({ kind: 'run', tensors, fetch });
    if (outcome.kind === 'done') return outcome.tensors;
    const reason = outcome.kind === 'failed' ? outcome.message : 'its worker died';
    throw new NotTried(`a run of ${blocks.length === 1 ? 'one row' : `${blocks.length} rows`} failed: ${reason}`);
  }

  const notPerRow = (answer: Answer, rows: number): RowTrial | undefined => {
    const output = answer.findIndex(({ dims }) => dims[0] !== rows);
    return output < 0 ? undefined : { kind: 'not_per_row', output, rows, found: answer[output]?.dims ?? [] };
  };

  /** Rows of equal runs that differ only in the other rows. */
  async function withOtherNeighbours(
    rows: readonly Block[],
    others: readonly Block[],
    first: Answer,
  ): Promise<RowTrial | undefined> {
    for (const parity of [0, 1]) {
      const answer = await run(rows.map((row, i) => (i % 2 === parity ? row : (others[i] as Block))));
      for (let row = parity; row < rows.length; row += 2) {
        const difference = findDifference(
          outputs,
          { tensors: first, row },
          { tensors: answer, row },
          { relative: SAME_RUN_TOLERANCE },
        );
        if (!difference) continue;
        const again = await run(rows);
        const other = findDifference(
          outputs,
          { tensors: first, row },
          { tensors: again, row },
          { relative: SAME_RUN_TOLERANCE },
        );
        if (other)
          return {
            kind: 'random',
            detail: `output "${other.output}": ${other.first}, then ${other.second} for the same rows`,
          };
        const { output, first: one, second } = difference;
        return { kind: 'mixed', detail: `output "${output}": ${one} beside some rows, ${second} beside others` };
      }
    }
    return undefined;
  }

  /** Rows of runs of other sizes or orders: noise may decide a tie between classes, but not most of the rows. */
  function compareRuns(
    pairs: readonly (readonly [Place, Place])[],
    scales: readonly number[],
    what: string,
  ): RowTrial | undefined {
    const differences = pairs.flatMap(
      ([a, b]) => findDifference(outputs, a, b, { relative: OTHER_RUN_TOLERANCE, scales }) ?? [],
    );
    const [difference] = differences;
    if (!difference || differences.length < MAJORITY * pairs.length) return undefined;
    const { output, first, second } = difference;
    return { kind: 'mixed', detail: `output "${output}": ${first} alone, ${second} ${what}` };
  }

  async function round(maker: RowMaker, spread: Spread, seed: number): Promise<RowTrial | undefined> {
    const random = createRandom(seed);
    const rows = spread === 'sampled' ? maker.made(ROWS, spread, random) : maker.likely(ROWS, random);
    const others = maker.made(ROWS, spread, random);
    if (areEqual([...rows, ...others])) throw new NotTried('there is a single row to try');
    const together = await run(rows);
    const whole = notPerRow(together, rows.length);
    if (whole) return whole;
    const mixed = await withOtherNeighbours(rows, others, together);
    if (mixed) return mixed;
    const alone: Answer[] = [];
    for (const row of rows) alone.push(await run([row]));
    for (const answer of alone) {
      const wholeAlone = notPerRow(answer, 1);
      if (wholeAlone) return wholeAlone;
    }
    const scales = scalesOf(outputs, together);
    const atPlaces = (answer: Answer, placeOf: (row: number) => number) =>
      alone.map(
        (tensors, row) =>
          [
            { tensors, row: 0 },
            { tensors: answer, row: placeOf(row) },
          ] as const,
      );
    const moved = await run([...rows].reverse());
    const other =
      compareRuns(
        atPlaces(together, (row) => row),
        scales,
        `in a run of ${ROWS} rows`,
      ) ??
      compareRuns(
        atPlaces(moved, (row) => ROWS - 1 - row),
        scales,
        `at another place of a run of ${ROWS} rows`,
      );
    const { maxBatchSize } = serving.batching;
    if (other || seed > 1 || maxBatchSize <= ROWS || now() - started > BUDGET_MS) return other;
    const full = await run(Array.from({ length: maxBatchSize }, (_, i) => rows[i % ROWS] as Block));
    const pairs = Array.from(
      { length: maxBatchSize },
      (_, row) =>
        [
          { tensors: alone[row % ROWS] as Answer, row: 0 },
          { tensors: full, row },
        ] as const,
    );
    return notPerRow(full, maxBatchSize) ?? compareRuns(pairs, scales, `in a run of ${maxBatchSize} rows`);
  }

  async function attempt(shape: Shapes, spread: Spread): Promise<RowTrial> {
    const maker = createRowMaker(serving, shape, samples);
    for (let seed = 1; seed <= ROUNDS; seed++) {
      if (seed > 1 && now() - started > BUDGET_MS) break;
      const found = await round(maker, spread, seed);
      if (found) return found;
    }
    return { kind: 'independent', runs };
  }

  let reason: string | undefined;
  const spreads: readonly Spread[] = samples.length > 0 ? ['wild', 'likely', 'sampled'] : ['wild', 'likely'];
  for (const shape of shapes) {
    for (const spread of spreads) {
      try {
        return await attempt(shape, spread);
      } catch (error) {
        if (!(error instanceof NotTried)) throw error;
        reason ??= error.message;
      }
    }
  }
  return { kind: 'not_tried', reason: reason ?? 'there is nothing to try' };
}

/** Whether all rows hold the same values: then there is nothing that one could do to another. */
function areEqual([first, ...others]: readonly Block[]): boolean {
  return others.every(({ tensors }) =>
    tensors.every(({ data }, i) => {
      const same = first?.tensors[i]?.data;
      return same !== undefined && data.every((value: unknown, at: number) => value === same[at]);
    }),
  );
}
