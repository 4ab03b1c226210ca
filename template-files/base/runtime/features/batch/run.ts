import { statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { ServiceError } from '../../errors.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { BatchOptions } from './options.ts';
import { openLines } from './output.ts';
import { type Outcome, predictRows } from './predict-rows.ts';
import { type Progress, readProgress, type Subject, startOf, writeProgress } from './progress.ts';
import { readRows } from './rows.ts';

/** How often the run makes sure of what it has written. */
const CHECKPOINT_MS = 5000;
/** A night's run waits for a slow model longer than a client does. */
const GROUP_TIMEOUT_MS = 600_000;

export interface Summary {
  readonly predicted: number;
  readonly refused: number;
  /** The run was told to stop; --resume goes on. */
  readonly interrupted: boolean;
}

export interface RunDeps {
  readonly config: Config;
  readonly predictor: Pick<Predictor, 'predict' | 'preprocesses'>;
  /** Rows that are predicted together. */
  readonly rows: number;
  readonly signal: AbortSignal;
  /** Told now and then how far it is. */
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Predicts every row of the input, in bounded memory and in order. The output gets its name when it is whole: until then it
 * is `.part`, beside a file that says where to go on.
 */
export async function runBatch(options: BatchOptions, deps: RunDeps): Promise<Summary> {
  const subject = subjectOf(options, deps.config);
  const { output, errors } = options;
  const progressFile = `${output}.progress`;
  const begin = options.resume ? readProgress(progressFile, subject) : startOf(subject);
  await Promise.all([output, errors].map((path) => mkdir(dirname(resolve(path)), { recursive: true })));
  await rm(progressFile, { force: true });
  if (begin.next > 0) await writeProgress(progressFile, begin);
  const predictions = await openLines(`${output}.part`, begin.outputBytes);
  const refusals = await openLines(`${errors}.part`, begin.errorBytes);
  let { next, predicted, refused } = begin;
  let checked = Date.now();
  let canGoOn = begin.next > 0;

  const checkpoint = async (): Promise<void> => {
    const [outputBytes, errorBytes] = await Promise.all([predictions.sync(), refusals.sync()]);
    const progress = { subject, next, outputBytes, errorBytes, predicted, refused };
    await writeProgress(progressFile, progress);
    canGoOn = true;
    deps.onProgress(progress);
    checked = Date.now();
  };

  try {
    for await (const outcome of outcomesOf(options, deps, begin.next)) {
      if (outcome.error === undefined) predicted += 1;
      else refused += 1;
      await (outcome.error === undefined ? predictions : refusals).write(lineOf(outcome));
      next = outcome.row.row + 1;
      if (Date.now() - checked >= CHECKPOINT_MS) await checkpoint();
      if (deps.signal.aborted) break;
    }
    await checkpoint();
  } finally {
    await Promise.all([predictions.close(), refusals.close()]);
    if (!canGoOn) await Promise.all([output, errors].map((path) => rm(`${path}.part`, { force: true })));
  }
  if (deps.signal.aborted) return { predicted, refused, interrupted: true };

  // The output last: who sees it may take the rest for whole.
  if (refused > 0) await rename(`${errors}.part`, errors);
  else await Promise.all([`${errors}.part`, errors].map((path) => rm(path, { force: true })));
  await rename(`${output}.part`, output);
  await rm(progressFile, { force: true });
  return { predicted, refused, interrupted: false };
}

function outcomesOf(
  options: BatchOptions,
  { config, predictor, rows }: RunDeps,
  from: number,
): AsyncGenerator<Outcome> {
  const { serving, workers } = config;
  const wanted = (row: number): boolean => row >= from && row % options.shards === options.shard;
  return predictRows(readRows(options, serving, wanted, !predictor.preprocesses), predictor, {
    rows,
    bytes: serving.limits.maxBodyBytes,
    inFlight: 2 * workers + 1,
    timeoutMs: GROUP_TIMEOUT_MS,
  });
}

function lineOf({ row, prediction, error }: Outcome): string {
  const id = row.id === undefined ? '' : `,"id":${JSON.stringify(row.id, writeBigint)}`;
  if (error === undefined) return `{"row":${row.row}${id},"prediction":${prediction}}`;
  const { code, message } = error;
  return `{"row":${row.row},"line":${row.line}${id},"code":"${code}","error":${JSON.stringify(message)}}`;
}

/** Integers beyond 2^53 become strings, as in predictions. */
function writeBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function subjectOf({ input, shard, shards, id }: BatchOptions, { serving }: Config): Subject {
  const stat = statSync(input, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new ServiceError('INVALID_REQUEST', `--input: expected a file, found none at ${input}`);
  return {
    input: resolve(input),
    inputBytes: stat.size,
    inputModifiedMs: stat.mtimeMs,
    modelSha256: serving.model.sha256,
    shard,
    shards,
    id: id ?? null,
  };
}
