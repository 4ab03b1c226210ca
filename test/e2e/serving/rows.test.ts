import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { type Contract, placeModel, serveModel } from '../support/model.ts';
import { repositoryRoot } from '../support/packed.ts';
import { python } from '../support/python.ts';
import { must, run } from '../support/run.ts';
import { post, type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/*
 * Models whose rows depend on each other, models whose outputs have no rows, and one of independent rows: every answer, alone and
 * under concurrency, is that of Python's ONNX Runtime to exactly the rows of its request.
 */

const folder = temporaryFolder();
const directory = join(folder, 'rows');
let interpreter = '';
beforeAll(async () => {
  interpreter = await python(['onnxruntime==1.32.0', 'numpy==2.4.6']);
  await stampOut(directory);
  await must('npm', ['run', 'build'], { cwd: directory });
}, 600_000);

interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What Python answers to each request. */
function expected(model: string, requests: readonly Tensor[]): readonly Tensor[] {
  const script = join(repositoryRoot, 'test', 'e2e', 'serving', 'rows.py');
  const file = join(repositoryRoot, 'test', 'models', 'rows', `${model}.onnx`);
  const { stdout, stderr } = spawnSync(interpreter, [script, file], {
    input: JSON.stringify(requests),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly Tensor[];
}

/** Numbers of many magnitudes that are the same in every run. */
function tensorOf(shape: readonly number[], seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, (_, i) =>
    Math.fround(Math.sin(seed * 7.3 + i * 1.7) * 10 ** ((seed + i) % 4)),
  );
  return { shape, data };
}

const X = { name: 'x', datatype: 'FP32', shape: [-1, 4] };
const custom = (model: string, y: readonly number[] = [-1, 4], changes: object = {}): Contract => ({
  model,
  models: 'rows',
  inputs: [X],
  outputs: [{ name: 'y', datatype: 'FP32', shape: y }],
  limits: { timeoutMs: 60_000, maxQueue: 1000 },
  ...changes,
});

async function infer({ url }: Serving, model: string, { shape, data }: Tensor): Promise<Tensor> {
  const inputs = [{ name: 'x', datatype: 'FP32', shape, data }];
  const { status, body } = await post(`${url}/v2/models/${model}/infer`, { inputs });
  if (status !== 200) throw new Error(JSON.stringify(body));
  const [{ shape: found, data: values }] = (body as { outputs: [Tensor] }).outputs;
  return { shape: found, data: values };
}

function expectClose(found: Tensor, wanted: Tensor): void {
  expect(found.shape).toEqual(wanted.shape);
  const scale = Math.max(1e-6, ...wanted.data.map(Math.abs));
  const off = found.data.findIndex((value, i) => !(Math.abs(value - (wanted.data[i] as number)) <= 1e-5 * scale));
  expect({ off, found: found.data[off] }).toEqual({ off: -1, found: undefined });
  expect(found.data).toHaveLength(wanted.data.length);
}

/** Requests of one to five rows, and one that is larger than any batch. */
const REQUESTS = [...Array.from({ length: 24 }, (_, i) => tensorOf([1 + (i % 5), 4], i)), tensorOf([70, 4], 99)];

const MIXING: readonly Contract[] = [
  custom('mean'),
  custom('softmax'),
  custom('cumsum'),
  custom('sort'),
  custom('quantized', [-1, 3]),
  custom('attention'),
  custom('size'),
  custom('place'),
  custom('faint'),
  custom('mean', [-1, 4], { batching: { maxBatchSize: 1 } }),
  custom('mean', [-1, 4], { batching: 'off' }),
];

test.each(
  MIXING.map((contract) => [`${contract.model} ${JSON.stringify(contract.batching ?? '')}`, contract] as const),
)(
  '%s: each request is a run of its own rows, alone and beside others',
  async (_, contract) => {
    const wanted = expected(contract.model, REQUESTS);
    const serving = await serveModel(directory, contract, { WORKERS: '2' });
    try {
      const answers = await Promise.all(REQUESTS.map((request) => infer(serving, contract.model, request)));
      for (const [i, answer] of answers.entries()) expectClose(answer, wanted[i] as Tensor);
      expectClose(await infer(serving, contract.model, REQUESTS[3] as Tensor), wanted[3] as Tensor);
      const { body } = await post(`${serving.url}/predict`, { instances: rowsOf(REQUESTS[3] as Tensor) });
      const { predictions } = body as { predictions: { y: number[] }[] };
      expectClose({ shape: wanted[3]?.shape ?? [], data: predictions.flatMap(({ y }) => y) }, wanted[3] as Tensor);
      const metadata = (await (await fetch(`${serving.url}/metadata`)).json()) as {
        batching: { mode: string; cause: string };
      };
      const cause = contract.batching === 'off' ? 'declared_off' : 'rows_mixed';
      expect(metadata.batching).toMatchObject({ mode: 'off', cause });
    } finally {
      await serving.stop();
    }
    // The last lines of the log are written when the process has ended.
    if (contract.batching !== 'off')
      expect(serving.log()).toMatch(/"cause":"rows_mixed".*the answer to a row depends on the other rows/);
  },
  60_000,
);

function rowsOf({ shape, data }: Tensor): number[][] {
  const width = data.length / (shape[0] ?? 1);
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => data.slice(row * width, (row + 1) * width));
}

test('the control: independent rows share runs, and each row is answered as if it were alone', async () => {
  const contract = custom('independent', [-1, 3]);
  const rows = REQUESTS.flatMap(rowsOf).map((data) => ({ shape: [1, 4], data }));
  const wanted = expected('independent', rows);
  const serving = await serveModel(directory, contract, { WORKERS: '1' });
  try {
    const answers = await Promise.all(REQUESTS.map((request) => infer(serving, 'independent', request)));
    expectClose(
      { shape: [rows.length, 3], data: answers.flatMap(({ data }) => data) },
      { shape: [rows.length, 3], data: wanted.flatMap(({ data }) => data) },
    );
    const { batching } = (await (await fetch(`${serving.url}/metadata`)).json()) as { batching: object };
    expect(batching).toMatchObject({ mode: 'on', cause: 'rows_independent', maxBatchSize: 32 });
  } finally {
    await serving.stop();
  }
}, 60_000);

test('a recurrent layer whose first axis is the sequence gets the sequence of its request', async () => {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, -1, 4] }];
  const contract = custom('lstm', [-1, -1, 3], { inputs });
  const requests = Array.from({ length: 12 }, (_, i) => tensorOf([1 + (i % 4), 1 + (i % 3), 4], i));
  const wanted = expected('lstm', requests);
  const serving = await serveModel(directory, contract, { WORKERS: '2' });
  try {
    const answers = await Promise.all(requests.map((request) => infer(serving, 'lstm', request)));
    for (const [i, answer] of answers.entries()) expectClose(answer, wanted[i] as Tensor);
  } finally {
    await serving.stop();
  }
}, 60_000);

test('random answers cannot be compared: nothing is batched, and that is said', async () => {
  const serving = await serveModel(directory, custom('random'));
  try {
    const { batching } = (await (await fetch(`${serving.url}/metadata`)).json()) as { batching: object };
    expect(batching).toMatchObject({ mode: 'off', cause: 'rows_not_tried', reason: expect.stringContaining('random') });
  } finally {
    await serving.stop();
  }
}, 60_000);

const command = (contract: Contract, script: string, ...args: string[]) =>
  run('npm', ['run', '--silent', script, '--', ...args], {
    cwd: directory,
    env: { ...process.env, SERVING_CONFIG: placeModel(directory, contract) },
  });

test('npm run check says whether rows share runs, and refuses settings that contradict the trial by name', async () => {
  expect((await command(custom('independent', [-1, 3]), 'check')).stdout).toContain(
    'Batching is on: rows gave the same',
  );
  const mixed = await command(custom('mean'), 'check');
  expect([mixed.code, mixed.stdout]).toEqual([
    0,
    expect.stringMatching(/Batching is off: the answer to a row depends .*; requests are neither merged nor split\./),
  ]);
  const stated = await command(custom('mean', [-1, 4], { batching: { maxBatchSize: 32, maxDelayMs: 2 } }), 'check');
  expect([stated.code, stated.stderr]).toEqual([
    1,
    expect.stringMatching(
      /batching\.maxBatchSize: .*found 32.*\n.*batching\.maxDelayMs: .*found 2.*batching: off[\s\S]*MODEL_MISMATCH/,
    ),
  ]);
  expect((await command(custom('mean', [-1, 4], { batching: 'off' }), 'check')).code).toBe(0);
}, 120_000);

test('npm run batch predicts row by row, and npm run predict asks all rows in one run', async () => {
  const request = REQUESTS[4] as Tensor;
  const rows = rowsOf(request);
  const input = join(folder, 'rows.jsonl');
  const output = join(folder, 'predictions.jsonl');
  writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const contract = custom('softmax');
  const batch = await command(contract, 'batch', '--input', input, '--output', output);
  expect(batch.code).toBe(0);
  const alone = expected(
    'softmax',
    rows.map((data) => ({ shape: [1, 4], data })),
  );
  const lines = readFileSync(output, 'utf8').trim().split('\n');
  lines.forEach((line, i) => {
    const { prediction } = JSON.parse(line) as { prediction: { y: number[] } };
    expectClose({ shape: [1, 4], data: prediction.y }, alone[i] as Tensor);
  });
  const predicted = await command(contract, 'predict', JSON.stringify(rows));
  const together = JSON.parse(predicted.stdout) as { y: number[] }[];
  expectClose(
    { shape: request.shape, data: together.flatMap(({ y }) => y) },
    expected('softmax', [request])[0] as Tensor,
  );
}, 120_000);

describe.each(['transposed', 'transposed-unnamed'])('%s: x[batch, 3, time] -> y[time, batch, 3]', (model) => {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 3, -1] }];
  const contract = (changes: object = {}, output: object = {}): Contract =>
    custom(model, [], {
      inputs,
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, -1, 3], ...output }],
      ...changes,
    });

  test.each([
    ['by default', {}],
    ['with batches of one row', { batching: { maxBatchSize: 1 } }],
    ['with batching: off', { batching: 'off' }],
  ])(
    'declared as rows it is refused %s, never cut',
    async (_, changes) => {
      const { code, stderr } = await command(contract(changes), 'check');
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/outputs\[0\]\.shape: .*Its first axis is not that of the rows.*perRow: false/),
      ]);
    },
    60_000,
  );

  test('with perRow: false it is served whole, through every interface', async () => {
    const whole = contract({}, { perRow: false });
    const requests = [tensorOf([2, 3, 5], 1), tensorOf([4, 3, 2], 2), tensorOf([1, 3, 7], 3)];
    const wanted = expected(model, requests);
    const nested = ({ shape: [rows = 0, , time = 0], data }: Tensor) =>
      Array.from({ length: rows }, (_, row) =>
        Array.from({ length: 3 }, (_, at) => data.slice((row * 3 + at) * time, (row * 3 + at + 1) * time)),
      );
    const instances = requests.map(nested);
    const check = (y: unknown, i: number) => expect((y as number[][][]).flat(2)).toEqual(wanted[i]?.data);
    const serving = await serveModel(directory, whole);
    try {
      const answers = await Promise.all(requests.map((request) => infer(serving, model, request)));
      expect(answers).toEqual(wanted);
      const { body } = await post(`${serving.url}/predict`, { instances });
      for (const [i, { y }] of (body as { predictions: { y: unknown }[] }).predictions.entries()) check(y, i);
      const { batching } = (await (await fetch(`${serving.url}/metadata`)).json()) as { batching: object };
      expect(batching).toMatchObject({ mode: 'off', cause: 'no_batch_axis' });
    } finally {
      await serving.stop();
    }
    const input = join(folder, `${model}.jsonl`);
    const output = join(folder, `${model}.out.jsonl`);
    writeFileSync(input, instances.map((instance) => `${JSON.stringify(instance)}\n`).join(''));
    expect((await command(whole, 'batch', '--input', input, '--output', output)).code).toBe(0);
    readFileSync(output, 'utf8')
      .trim()
      .split('\n')
      .forEach((line, i) => {
        check((JSON.parse(line) as { prediction: { y: unknown } }).prediction.y, i);
      });
    const predicted = await command(whole, 'predict', JSON.stringify({ instances }));
    (JSON.parse(predicted.stdout) as { y: unknown }[]).forEach(({ y }, i) => {
      check(y, i);
    });
  }, 120_000);
});

test('the sum of all elements is served whole', async () => {
  const serving = await serveModel(directory, custom('scalar', []));
  try {
    const [request] = REQUESTS.slice(2) as [Tensor];
    expectClose(await infer(serving, 'scalar', request), expected('scalar', [request])[0] as Tensor);
  } finally {
    await serving.stop();
  }
}, 60_000);

test.each(['transposed-unnamed', 'mean'])(
  '%s: a repository that is created from the model starts and answers whole',
  async (model) => {
    const own = join(folder, `own-${model}`);
    await stampOut(own, [], ['--model', join(repositoryRoot, 'test', 'models', 'rows', `${model}.onnx`)]);
    await must('npm', ['run', 'golden', '--', '--write'], { cwd: own });
    await must('npm', ['run', 'check'], { cwd: own });
    const serving = await serve(own);
    try {
      const request = model === 'mean' ? (REQUESTS[2] as Tensor) : tensorOf([2, 3, 5], 1);
      expectClose(await infer(serving, `own-${model}`, request), expected(model, [request])[0] as Tensor);
      expect(await (await fetch(`${serving.url}/predict/test`)).json()).toMatchObject({ agrees: true });
    } finally {
      await serving.stop();
    }
  },
  600_000,
);
