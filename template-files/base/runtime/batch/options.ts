import { parseArgs } from 'node:util';
import { describe, ServiceError } from '../errors.ts';

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

export const USAGE = `npm run batch -- --input FILE --output FILE [--errors FILE] [--id KEY] [--resume]
                 [--shards N [--shard I]] [--max-error-ratio 0.01]
  --input   .jsonl (an instance a line) or .csv (with a header), either with .gz
  --output  .jsonl: {"row": 0, "prediction": ...} a line, in the order of the input; with --shards N one file a shard
  --errors  the rows that were refused (default: beside the output, .errors.jsonl)
  --shard   which part of the rows: 0 to N-1; JOB_COMPLETION_INDEX of an indexed Job where it is not given`;

/** Throws INVALID_REQUEST with what is wrong. `env` gives the index of an indexed Job. */
export function readBatchOptions(args: readonly string[], env: NodeJS.ProcessEnv): BatchOptions {
  const text = { type: 'string' } as const;
  const { values } = parse(() =>
    parseArgs({
      args: [...args],
      options: {
        ...{ input: text, output: text, errors: text, id: text, shards: text, shard: text },
        ...{ 'max-error-ratio': text, resume: { type: 'boolean' } },
      },
    }),
  );
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
    `${name}: expected ${expected}, found ${describe(found)}\nusage: ${USAGE}`,
  );
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ServiceError('INVALID_REQUEST', `${(error as Error).message}\nusage: ${USAGE}`);
  }
}
