import { parseCommandLine } from '../../command-line.js';
import { describe, ServiceError } from '../../errors.ts';

/** What a batch run is asked to do. */
export interface BatchOptions {
  readonly input: string;
  readonly format: 'jsonl' | 'csv';
  readonly gzip: boolean;
  readonly output: string;
  /** Where rows go that cannot be predicted, with the reason. */
  readonly errors: string;
  /** Key of an instance that is not the model's and comes back beside its prediction. */
  readonly id: string | undefined;
  readonly shard: number;
  readonly shards: number;
  /** Goes on where an interrupted run of the same input and model was. */
  readonly resume: boolean;
  /** Refused rows, as a share of all, above which the run counts as bad. */
  readonly maxErrorRatio: number;
}

export const BATCH = {
  usage: 'npm run batch -- --input FILE --output FILE [options]',
  about:
    'Predicts a file of instances with the core of the service. Progress goes to standard error, a summary in JSON to\n' +
    'standard output.',
  flags: {
    input: {
      type: 'string',
      value: 'FILE',
      help: '.jsonl (an instance a line) or .csv (with a header), either with .gz',
    },
    output: {
      type: 'string',
      value: 'FILE',
      help:
        '.jsonl: {"row": 0, "prediction": ...} a line, in the order of the input;\n' +
        'with --shards N one file a shard',
    },
    errors: {
      type: 'string',
      value: 'FILE',
      help: 'the rows that were refused (default: next to the output, .errors.jsonl)',
    },
    id: {
      type: 'string',
      value: 'KEY',
      help: "a key of the rows that is not the model's and is written to the output",
    },
    shards: { type: 'string', value: 'N', help: 'parts of the rows (default: 1)' },
    shard: {
      type: 'string',
      value: 'I',
      help: 'which part: 0 to N-1 (default: JOB_COMPLETION_INDEX of an indexed Job)',
    },
    'max-error-ratio': {
      type: 'string',
      value: 'RATIO',
      help: 'share of refused rows above which the exit code is 3 (default: 0)',
    },
    resume: { type: 'boolean', help: 'continues an interrupted run of the same input and model' },
  },
  example: 'npm run batch -- --input rows.jsonl --output predictions.jsonl --max-error-ratio 0.01',
  exitCodes: {
    0: 'done',
    1: 'failed, no output',
    3: 'done, but more rows were refused than --max-error-ratio allows',
    130: 'stopped by SIGINT; --resume continues',
    143: 'stopped by SIGTERM; --resume continues',
  },
} as const;

/** Throws INVALID_REQUEST with what is wrong. `env` gives the index of an indexed Job. */
export function readBatchOptions(args: readonly string[], env: NodeJS.ProcessEnv): BatchOptions {
  const { values } = parse(() => parseCommandLine(BATCH, args));
  const [, kind, gz] = /\.(jsonl|csv)(\.gz)?$/.exec(values.input ?? '') ?? [];
  if (!values.input || !kind) throw wrong('--input', '.jsonl, .csv, .jsonl.gz or .csv.gz', values.input);
  if (!values.output?.endsWith('.jsonl')) throw wrong('--output', 'a file that ends in .jsonl', values.output);
  const shards = whole('--shards', values.shards ?? '1', 1, 100_000);
  const shard = shardOf(values.shard, env, shards);
  const output = shards === 1 ? values.output : shardPath(values.output, shard, shards);
  const ratio = values['max-error-ratio'] ?? '0';
  if (!/^(0|1|0?\.\d{1,9}|1\.0+)$/.test(ratio)) throw wrong('--max-error-ratio', 'a number from 0 to 1', ratio);
  return {
    input: values.input,
    format: kind as 'jsonl' | 'csv',
    gzip: gz !== undefined,
    output,
    errors: values.errors
      ? shards === 1
        ? values.errors
        : shardPath(values.errors, shard, shards)
      : output.replace(/\.jsonl$/, '.errors.jsonl'),
    id: values.id,
    shard,
    shards,
    resume: values.resume ?? false,
    maxErrorRatio: Number(ratio),
  };
}

function shardOf(given: string | undefined, env: NodeJS.ProcessEnv, shards: number): number {
  if (given !== undefined) return whole('--shard', given, 0, shards - 1);
  if (shards === 1) return 0;
  const index = env['JOB_COMPLETION_INDEX'];
  if (index === undefined)
    throw wrong('--shard', `a number from 0 to ${shards - 1}, or JOB_COMPLETION_INDEX`, undefined);
  return whole('JOB_COMPLETION_INDEX', index, 0, shards - 1);
}

/** `out.jsonl` of shard 3 of 8: `out-00003-of-00008.jsonl` */
function shardPath(path: string, shard: number, shards: number): string {
  const part = [shard, shards].map((number) => String(number).padStart(5, '0')).join('-of-');
  return path.replace(/(\.[^./\\]*)?$/, (extension) => `-${part}${extension}`);
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw wrong(name, `a whole number from ${min} to ${max}`, text);
}

function wrong(name: string, expected: string, found: string | undefined): ServiceError {
  return new ServiceError(
    'INVALID_REQUEST',
    `${name}: expected ${expected}, found ${describe(found)}\nusage: ${BATCH.usage}`,
  );
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ServiceError('INVALID_REQUEST', `${(error as Error).message}\nusage: ${BATCH.usage}`);
  }
}
