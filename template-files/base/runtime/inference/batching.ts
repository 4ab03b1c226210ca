import { type Problem, problemsError } from '../contract/rule.ts';
import { hasBatchAxis, type Serving } from '../contract/serving.ts';
import type { RowTrial } from './row-trial/try-rows.ts';

/** Why the rows of requests share runs, or do not. */
export type BatchingCause = 'rows_independent' | 'declared_off' | 'rows_mixed' | 'rows_not_tried' | 'no_batch_axis';

/**
 * Whether rows are merged into runs and split over several. Where they are not, a request is one run of exactly its own rows: an
 * answer never depends on what other clients send.
 */
export interface BatchingState {
  readonly mode: 'on' | 'off';
  readonly cause: BatchingCause;
  /** A sentence without its full stop, for logs and people. */
  readonly reason: string;
}

/** What `off` means, for logs and people. */
export const OWN_RUNS = 'requests are neither merged nor split';

/** What is known without a trial; undefined where one has to decide. */
export function batchingWithoutTrial(serving: Serving): BatchingState | undefined {
  if (serving.batching.mode === 'off') {
    return { mode: 'off', cause: 'declared_off', reason: 'serving.yaml says batching: off' };
  }
  if (hasBatchAxis(serving)) return undefined;
  const reason =
    'the first axis is not that of the rows in every input and output, so an instance is the whole tensors';
  return { mode: 'off', cause: 'no_batch_axis', reason };
}

/**
 * What a trial comes to.
 * @throws MODEL_MISMATCH where serving.yaml asks for what the trial forbids, or slices an output that has no rows
 */
export function batchingAfterTrial(serving: Serving, trial: RowTrial): BatchingState {
  switch (trial.kind) {
    case 'independent':
      return { mode: 'on', cause: 'rows_independent', reason: 'rows gave the same answers alone and together' };
    case 'not_per_row':
      throw problemsError('MODEL_MISMATCH', 'serving.yaml', [notPerRowProblem(serving, trial)]);
    case 'not_tried':
      return {
        mode: 'off',
        cause: 'rows_not_tried',
        reason: `the independence of rows could not be tried: ${trial.reason}`,
      };
    case 'random':
      return { mode: 'off', cause: 'rows_not_tried', reason: `the model gives random answers (${trial.detail})` };
    case 'mixed': {
      const reason = `the answer to a row depends on the other rows of its run (${trial.detail})`;
      const problems = contradictions(serving, reason);
      if (problems.length > 0) throw problemsError('MODEL_MISMATCH', 'serving.yaml', problems);
      return { mode: 'off', cause: 'rows_mixed', reason };
    }
  }
}

/** Settings that were written down and that merge or split rows. */
function contradictions({ batching }: Serving, reason: string): Problem[] {
  const { maxBatchSize, maxDelayMs, oversized, stated } = batching;
  const wrong = [
    { key: 'maxBatchSize', value: maxBatchSize, is: maxBatchSize > 1 },
    { key: 'maxDelayMs', value: maxDelayMs, is: maxDelayMs > 0 },
    { key: 'oversized', value: oversized, is: oversized === 'split' },
  ];
  return wrong
    .filter(({ key, is }) => is && stated.includes(key))
    .map(({ key, value }) => ({
      field: `batching.${key}`,
      expected: `no batching, because ${reason}`,
      found: `${value}`,
      mend: 'Replace the section by `batching: off` (each request is then one run of its own rows), or export the model with independent rows.',
    }));
}

export function notPerRowProblem(
  { outputs }: Serving,
  { output, rows, found }: { readonly output: number; readonly rows: number; readonly found: readonly number[] },
): Problem {
  const { name, shape = [] } = outputs[output] ?? {};
  return {
    field: `outputs[${output}].shape`,
    expected: `"${name}" to be [${[rows, ...shape.slice(1)].join(', ')}] for ${rows} ${rows === 1 ? 'row' : 'rows'} of input`,
    found: `[${found.join(', ')}]`,
    mend: NOT_PER_ROW,
  };
}

export const NOT_PER_ROW =
  'Its first axis is not that of the rows: export the model with the batch first, or write `perRow: false` at the output ' +
  '(type custom): an instance is then the whole tensors, and its answer is served whole.';
