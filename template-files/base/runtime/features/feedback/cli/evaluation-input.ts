import { createReadStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../../config.ts';
import type { Serving } from '../../../contract/serving.ts';
import { ServiceError } from '../../../errors.ts';
import { createDecoder } from '../../../inference/postprocess/decoder.ts';
import { watchedOutputs } from '../../../inference/watched.ts';
import { type Evaluation, evaluate, type Match } from '../evaluation/evaluate.ts';
import { readLogged } from '../evaluation/logged.ts';
import { readTruths } from '../evaluation/truths.ts';

/** Flags that both commands have. */
export const EVALUATION_FLAGS = {
  log: {
    type: 'string',
    value: 'FILE',
    multiple: true,
    help: 'a file of the prediction log; may be repeated (default: those that serving.yaml names)',
  },
  json: { type: 'boolean', help: 'prints the result as JSON' },
} as const;

interface Given {
  readonly values: {
    readonly log?: readonly string[];
    readonly json?: boolean;
    readonly difference?: string;
  };
  readonly positionals: readonly string[];
}

/** What `npm run feedback` and `npm run ab-report` are given. */
export interface EvaluationInput {
  readonly file: string;
  readonly logs: readonly string[];
  readonly json: boolean;
  readonly difference: number | undefined;
}

/** @throws DATA_INVALID with the usage when an argument is wrong or a file does not exist */
export function readEvaluationArguments(
  { values, positionals }: Given,
  config: Config,
  usage: string,
): EvaluationInput {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new ServiceError('DATA_INVALID', `usage: ${usage}`);
  const difference = values.difference === undefined ? undefined : Number(values.difference);
  if (difference !== undefined && !(difference > 0 && Number.isFinite(difference))) {
    throw new ServiceError('DATA_INVALID', `--difference: expected a number above 0, found "${values.difference}"`);
  }
  const logs = values.log ?? ownLogs(config);
  if (logs.length === 0) {
    const isChosen = 'predictionLog' in config.serving;
    const where = isChosen
      ? 'no prediction log of serving.yaml (predictionLog.path) is here'
      : 'the feature prediction-log is not chosen here';
    throw new ServiceError('DATA_INVALID', `${where}: name its files with --log. usage: ${usage}`);
  }
  const lost = [file, ...logs].find((path) => !existsSync(path));
  if (lost !== undefined) throw new ServiceError('DATA_INVALID', `${lost}: there is no such file. usage: ${usage}`);
  return { file, logs, json: values.json ?? false, difference };
}

export interface FileEvaluation extends Evaluation {
  readonly amounts: boolean;
  /** Classes by their numbers; undefined where the model predicts an amount. */
  readonly labels: readonly string[] | undefined;
}

/** Joins a file of truths with prediction logs. @throws DATA_INVALID when the model or a row does not allow it */
export async function evaluateFiles(
  { file, logs }: EvaluationInput,
  config: Config,
  onMatch?: (match: Match) => void,
): Promise<FileEvaluation> {
  const { serving } = config;
  const [output, ...more] = watchedOutputs(serving, createDecoder(serving).fetch);
  const spec = output && serving.outputs[output.tensor];
  if (!output || !spec || more.length > 0 || output.kind === 'category') {
    const message = 'this model predicts neither one class nor one amount: its predictions cannot be compared';
    throw new ServiceError('DATA_INVALID', message);
  }
  const labels = output.kind === 'label' ? output.names : undefined;
  const truths = await located(file, () => readTruths(createReadStream(file), labels));
  async function* logged() {
    for (const log of logs)
      yield* readLogged(createReadStream(log), output as typeof output & object, spec as NonNullable<typeof spec>);
  }
  const amounts = labels === undefined;
  return { ...(await evaluate(truths, logged(), amounts, onMatch)), amounts, labels };
}

/** As much of the section of the feature prediction-log as is read here. */
interface Logging {
  readonly predictionLog?: { readonly path: string; readonly files: number };
}

/** The log's file and its older ones, the oldest first; none where the feature prediction-log is not chosen. */
function ownLogs({ serving, folder }: Config): readonly string[] {
  const { predictionLog } = serving as Serving & Logging;
  if (!predictionLog) return [];
  const { path, files } = predictionLog;
  const newest = resolve(folder, path);
  const older = Array.from({ length: files }, (_, i) => `${newest}.${files - i}`);
  return [...older, newest].filter((one) => existsSync(one));
}

async function located<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(error.code, `${file} ${error.message}`, { cause: error });
  }
}
