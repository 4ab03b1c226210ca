import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readBatchOptions } from '../../../runtime/features/batch/options.ts';
import { type RunDeps, runBatch } from '../../../runtime/features/batch/run.ts';
import { bodyOf, boot, type Running } from '../../helpers/service.ts';

/* Batch runs with the real model, compared with what the service answers. */

let service: Running;
let folder = '';
beforeAll(async () => {
  service = await boot();
});
afterAll(() => service.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'batch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const COLUMNS = () => service.config.serving.inputs.flatMap(({ features }) => features?.map(({ name }) => name) ?? []);
const instanceOf = (row: number) => COLUMNS().map((_, column) => ((row * 7 + column * 3) % 50) / 10);
const asObject = (row: number) => Object.fromEntries(COLUMNS().map((name, i) => [name, instanceOf(row)[i]]));
const rows = (count: number) => Array.from({ length: count }, (_, row) => row);

const file = (name: string) => join(folder, name);
const linesOf = (name: string) =>
  readFileSync(file(name), 'utf8')
    .trim()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { row: number; id?: unknown; prediction?: unknown; code?: string; error?: string },
    );

function run(input: string, args: readonly string[] = [], deps: Partial<RunDeps> = {}) {
  const options = readBatchOptions(['--input', file(input), '--output', file('out.jsonl'), ...args], {});
  const { config, predictor } = service;
  return runBatch(options, {
    config,
    predictor,
    rows: config.serving.batching.maxBatchSize,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...deps,
  });
}

async function predicted(instances: readonly unknown[]) {
  const { predictions } = await bodyOf(await service.post('/predict', { instances }));
  return predictions as unknown[];
}

test('JSON lines: every row gets the answer of /predict, in order', async () => {
  const instances = rows(1000).map((row) => (row % 2 ? instanceOf(row) : asObject(row)));
  writeFileSync(file('in.jsonl'), `${instances.map((instance) => JSON.stringify(instance)).join('\n')}\n`);
  expect(await run('in.jsonl')).toEqual({ predicted: 1000, refused: 0, interrupted: false });
  expect(linesOf('out.jsonl').map(({ row }) => row)).toEqual(rows(1000));
  expect(linesOf('out.jsonl').map(({ prediction }) => prediction)).toEqual(await predicted(instances));
  expect(readdirSync(folder).sort()).toEqual(['in.jsonl', 'out.jsonl']);
});

test('CSV, packed, with a key of its own', async () => {
  const lines = rows(50).map((row) => [`"n, ${row}"`, ...instanceOf(row)].join(','));
  writeFileSync(file('in.csv.gz'), gzipSync(`\ufeffkey,${COLUMNS().join(',')}\r\n${lines.join('\r\n')}\r\n`));
  expect(await run('in.csv.gz', ['--id', 'key'])).toMatchObject({ predicted: 50, refused: 0 });
  expect(linesOf('out.jsonl').map(({ id }) => id)).toEqual(rows(50).map((row) => `n, ${row}`));
  expect(linesOf('out.jsonl').map(({ prediction }) => prediction)).toEqual(await predicted(rows(50).map(instanceOf)));
});

test('bad rows go to their own file with the reason, and spoil no others', async () => {
  const good = JSON.stringify(instanceOf(1));
  const [first = ''] = COLUMNS();
  const wrong = JSON.stringify({ ...asObject(1), [first]: 'x' });
  const long = `"${'x'.repeat(service.config.serving.limits.maxBodyBytes)}"`;
  const input = [good, '{', good, '', wrong, '[1]', long, Buffer.from([0x22, 0xff, 0x22]), good];
  writeFileSync(file('in.jsonl'), Buffer.concat(input.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])));
  expect(await run('in.jsonl')).toEqual({ predicted: 3, refused: 5, interrupted: false });
  expect(linesOf('out.jsonl').map(({ row }) => row)).toEqual([0, 2, 7]);
  expect(linesOf('out.errors.jsonl')).toEqual([
    { row: 1, line: 2, code: 'INVALID_JSON', error: expect.stringMatching(/^the line is not JSON/) },
    { row: 3, line: 5, code: 'INVALID_INPUT', error: expect.stringMatching(`^instance\\.${first}: expected a number`) },
    { row: 4, line: 6, code: 'INVALID_INPUT', error: expect.stringMatching(/^instance: expected/) },
    { row: 5, line: 7, code: 'PAYLOAD_TOO_LARGE', error: expect.stringContaining('the line is larger than') },
    { row: 6, line: 8, code: 'INVALID_JSON', error: 'the line is not UTF-8' },
  ]);
});

test('shards have every row once', async () => {
  writeFileSync(
    file('in.jsonl'),
    rows(101)
      .map((row) => JSON.stringify(instanceOf(row)))
      .join('\n'),
  );
  for (const shard of ['0', '1', '2']) await run('in.jsonl', ['--shards', '3', '--shard', shard]);
  const all = ['0', '1', '2'].flatMap((shard) => linesOf(`out-0000${shard}-of-00003.jsonl`));
  expect(all.map(({ row }) => row).sort((a, b) => a - b)).toEqual(rows(101));
});

test('a run that was stopped goes on where it was, and ends in the same bytes', async () => {
  writeFileSync(
    file('in.jsonl'),
    rows(2000)
      .map((row) => (row % 100 ? JSON.stringify(instanceOf(row)) : '?'))
      .join('\n'),
  );
  await run('in.jsonl');
  const whole = ['out.jsonl', 'out.errors.jsonl'].map((name) => readFileSync(file(name), 'utf8'));
  for (const name of ['out.jsonl', 'out.errors.jsonl']) rmSync(file(name));

  const stop = new AbortController();
  const { predictor } = service;
  let groups = 0;
  const stopping: RunDeps['predictor'] = {
    preprocesses: false,
    predict: (instances, call) => {
      if (++groups === 20) stop.abort();
      return predictor.predict(instances, call);
    },
  };
  const first = await run('in.jsonl', [], { predictor: stopping, signal: stop.signal });
  expect(first.interrupted).toBe(true);
  expect(first.predicted).toBeGreaterThan(0);
  expect(first.predicted).toBeLessThan(1980);
  // What was written after the last mark is written again, not twice.
  writeFileSync(file('out.jsonl.part'), '{"row":1999,"half', { flag: 'a' });
  expect(readdirSync(folder)).not.toContain('out.jsonl');

  let asked = 0;
  const counting: RunDeps['predictor'] = {
    preprocesses: false,
    predict: (instances, call) => {
      asked += instances.length;
      return predictor.predict(instances, call);
    },
  };
  expect(await run('in.jsonl', ['--resume'], { predictor: counting })).toMatchObject({ predicted: 1980, refused: 20 });
  expect(asked).toBe(1980 - first.predicted);
  expect(['out.jsonl', 'out.errors.jsonl'].map((name) => readFileSync(file(name), 'utf8'))).toEqual(whole);
  expect(readdirSync(folder).sort()).toEqual(['in.jsonl', 'out.errors.jsonl', 'out.jsonl']);
});

test('a run about something else is not gone on with', async () => {
  writeFileSync(file('in.jsonl'), `${JSON.stringify(instanceOf(0))}\n`);
  const stop = new AbortController();
  stop.abort();
  await run('in.jsonl', [], { signal: stop.signal });
  const { config } = service;
  const model = { ...config.serving.model, sha256: 'f'.repeat(64) };
  const other = { ...config, serving: { ...config.serving, model } };
  await expect(run('in.jsonl', ['--resume'], { config: other })).rejects.toThrow(/interrupted run had modelSha256/);
  writeFileSync(file('out.jsonl.part'), '');
  await expect(run('in.jsonl', ['--resume'])).rejects.toThrow(/out\.jsonl\.part has 0 bytes, expected/);
  writeFileSync(file('out.jsonl.progress'), '{');
  await expect(run('in.jsonl', ['--resume'])).rejects.toThrow(/damaged/);
});

test.each([
  ['nothing.jsonl', '', /expected a file, found none/],
  ['in.csv', 'a,b\n1,2\n', /its header: expected the columns .*, found "a"; a key of your own is named with --id/],
  ['in.csv', 'x,x\n1,2\n', /the column "x" stands twice/],
  ['in.csv', '"x\n1,2\n', /its header: a quote is not closed/],
])('%s with %j is refused as a whole', async (name, text, says) => {
  if (text !== '') writeFileSync(file(name), text);
  await expect(run(name)).rejects.toThrow(says);
  expect(readdirSync(folder)).toEqual(text === '' ? [] : [name]);
});

test('memory is bounded: no more rows wait than are in flight', async () => {
  writeFileSync(
    file('in.jsonl'),
    rows(5000)
      .map((row) => JSON.stringify(instanceOf(row)))
      .join('\n'),
  );
  const { predictor, config } = service;
  let waiting = 0;
  let most = 0;
  const slow: RunDeps['predictor'] = {
    preprocesses: false,
    async predict(instances, call) {
      waiting += instances.length;
      most = Math.max(most, waiting);
      const predictions = await predictor.predict(instances, call);
      waiting -= instances.length;
      return predictions;
    },
  };
  await run('in.jsonl', [], { predictor: slow });
  expect(most).toBeLessThanOrEqual((2 * config.workers + 1) * config.serving.batching.maxBatchSize);
});

test('rows are predicted together only as far as the model allows', async () => {
  writeFileSync(
    file('in.jsonl'),
    rows(7)
      .map((row) => JSON.stringify(instanceOf(row)))
      .join('\n'),
  );
  const { predictor } = service;
  const asked: number[] = [];
  const counting: RunDeps['predictor'] = {
    preprocesses: false,
    predict(instances, call) {
      asked.push(instances.length);
      return predictor.predict(instances, call);
    },
  };
  await run('in.jsonl', [], { predictor: counting, rows: 1 });
  expect(asked).toEqual(rows(7).map(() => 1));
});
