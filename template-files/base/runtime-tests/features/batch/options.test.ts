import { readBatchOptions } from '../../../runtime/features/batch/options.ts';

const FILES = ['--input', 'in.jsonl', '--output', 'out/predictions.jsonl'];

test('what is left out has a default', () => {
  expect(readBatchOptions(FILES, {})).toEqual({
    input: 'in.jsonl',
    format: 'jsonl',
    gzip: false,
    output: 'out/predictions.jsonl',
    errors: 'out/predictions.errors.jsonl',
    id: undefined,
    shard: 0,
    shards: 1,
    resume: false,
    maxErrorRatio: 0,
  });
});

test('an indexed Job says which shard it is; a flag goes before it', () => {
  const sharded = [...FILES, '--shards', '8'];
  expect(readBatchOptions(sharded, { JOB_COMPLETION_INDEX: '3' })).toMatchObject({
    shard: 3,
    output: 'out/predictions-00003-of-00008.jsonl',
    errors: 'out/predictions-00003-of-00008.errors.jsonl',
  });
  expect(readBatchOptions([...sharded, '--shard', '5'], { JOB_COMPLETION_INDEX: '3' }).shard).toBe(5);
  // A plain Job of one has no say.
  expect(readBatchOptions(FILES, { JOB_COMPLETION_INDEX: '3' }).shard).toBe(0);
});

test.each<[string[], RegExp]>([
  [[], /--input: expected .* found nothing/],
  [['--input', 'in.parquet', '--output', 'o.jsonl'], /--input: expected .jsonl, .csv/],
  [['--input', 'in.csv'], /--output: expected a file that ends in .jsonl/],
  [[...FILES, '--nope'], /'--nope'/],
  [[...FILES, 'stray'], /stray/],
  [[...FILES, '--shards', '0'], /--shards: expected a whole number from 1/],
  [[...FILES, '--shards', '2', '--shard', '2'], /--shard: expected a whole number from 0 to 1, found "2"/],
  [[...FILES, '--shards', '2'], /or JOB_COMPLETION_INDEX, found nothing/],
  [[...FILES, '--max-error-ratio', '2'], /--max-error-ratio: expected a number from 0 to 1/],
])('%j is refused', (args, says) => {
  expect(() => readBatchOptions(args, {})).toThrow(says);
});
