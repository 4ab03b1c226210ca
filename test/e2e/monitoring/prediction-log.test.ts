import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { stringify } from 'yaml';
import { DATATYPES } from '../../../generators/tensor.ts';
import { temporaryFolder } from '../support/folder.ts';
import { everyDatatype, serveModel } from '../support/model.ts';
import { repositoryRoot } from '../support/packed.ts';
import { python } from '../support/python.ts';
import { must } from '../support/run.ts';
import { post, type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/*
 * Real lines of all routes, of two model types and of a shadow, in one log: each has the form of its JSON Schema, and DuckDB and pandas load
 * them all by the commands of the repository's own documentation.
 */

const folder = temporaryFolder();
const directory = join(folder, 'log');
const logs = join(folder, 'logs');
const path = join(logs, 'predictions.jsonl');
const SALT = { PREDICTION_LOG_SALT: 'a salt of the end-to-end tests' };
const SETOSA = [5.1, 3.5, 1.4, 0.2];
const VIRGINICA = [6.9, 3.2, 5.7, 2.3];
const predictionLog = { mode: 'full', to: 'file', path };
let interpreter = '';

beforeAll(async () => {
  interpreter = await python(['duckdb==2.0.1', 'pandas==3.1.1', 'numpy==2.4.6']);
  await stampOut(directory);
  addCandidate();
  await must('npm', ['run', 'build'], { cwd: directory });
  await writeLog();
}, 600_000);

/** A second model that takes every setosa for a versicolor, as the shadow of the first one. */
function addCandidate(): void {
  const sample = join(repositoryRoot, 'template-files', 'base', 'runtime-tests', 'fixtures', 'sample', 'model');
  for (const file of ['candidate.onnx', 'candidate.golden.json']) {
    copyFileSync(join(sample, file), join(directory, 'model', file));
  }
  const sha256 = createHash('sha256')
    .update(readFileSync(join(sample, 'candidate.onnx')))
    .digest('hex');
  const candidate = { version: '99.0.0', file: 'model/candidate.onnx', sha256 };
  const variants = { mode: 'shadow', weight: 100, stickyHeader: 'X-User', candidate };
  appendFileSync(join(directory, 'serving.yaml'), stringify({ predictionLog, variants }));
}

async function metric(service: Serving, pattern: RegExp): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Waits for what happens after the answers. */
async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error('it did not happen within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function writeLog(): Promise<void> {
  const service = await serve(directory, SALT);
  const { model_name: model } = (await (await fetch(`${service.url}/metadata`)).json()) as { model_name: string };
  const infer = `${service.url}/v2/models/${model}/infer`;
  const inputs = [{ name: 'float_input', shape: [2, 4], datatype: 'FP32', data: [...SETOSA, ...VIRGINICA] }];
  let chosen = 0;
  /** One by one: under load a shadow is skipped. */
  const send = async (url: string, body: unknown, headers: Record<string, string> = {}): Promise<number> => {
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (status === 200) chosen += 1;
    await until(async () => (await metric(service, /^ml_serving_shadow_total\{.*\} (\d+)$/gm)) === chosen);
    return status;
  };
  const statuses = [
    await send(
      `${service.url}/predict`,
      { instances: [SETOSA, VIRGINICA] },
      { 'x-user': 'ann', 'x-request-id': '0012' },
    ),
    await send(`${service.url}/predict`, { instances: [VIRGINICA] }, { 'x-user': 'bob' }),
    await send(infer, { id: 'json', inputs }, { 'x-user': 'ann' }),
    await send(infer, { id: 'bytes', inputs, parameters: { binary_data_output: true } }),
    await send(`${service.url}/predict`, { instances: [['no number', 1, 2, 3]] }),
    await send(`${service.url}/predict`, 'no JSON'),
  ];
  expect(statuses).toEqual([200, 200, 200, 200, 400, 400]);
  expect(await service.stop()).toBe(0);

  // Another model, of tensors of every datatype, into the same log.
  const custom = await serveModel(directory, { ...everyDatatype, predictionLog }, SALT);
  const tensors = DATATYPES.map((datatype) => {
    const data = datatype === 'BYTES' ? ['a', 'b'] : datatype === 'BOOL' ? [true, false] : [1, 0];
    return { name: `in_${datatype}`, datatype, shape: [1, 2], data };
  });
  const url = `${custom.url}/v2/models/datatypes/infer`;
  expect((await post(url, { id: 'all', inputs: tensors })).status).toBe(200);
  expect((await post(url, { id: 'one', inputs: tensors, outputs: [{ name: 'out_INT64' }] })).status).toBe(200);
  const instance = Object.fromEntries(tensors.map(({ name, data }) => [name, data]));
  expect((await post(`${custom.url}/predict`, { instances: [instance] })).status).toBe(200);
  expect(await custom.stop()).toBe(0);
  // What is among the lines of a service's log.
  appendFileSync(path, '{"level":30,"time":"2026-01-01T00:00:00.000Z","msg":"ready","model":{"name":"x"}}\n');
}

const readText = (file: string) => readFileSync(join(directory, file), 'utf8');
const schema = () =>
  JSON.parse(readText('schema/prediction-log.schema.json')) as { properties: Record<string, { type?: string }> };
/** The commands of the documentation, in their order. */
const commandsOf = (language: string) =>
  [...readText('docs/PREDICTION_LOG.md').matchAll(/```(\w+)\n(.*?)\n```/gs)]
    .filter(([, found]) => found === language)
    .map(([, , command = '']) => command);

test('each line has the form of the JSON Schema', () => {
  expect(readdirSync(logs)).toEqual(['predictions.jsonl']);
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema());
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(0, -1);
  expect(lines).toHaveLength(13);
  expect(lines.flatMap((line) => (validate(JSON.parse(line)) ? [] : [[line, validate.errors]]))).toEqual([]);
});

test('DuckDB and pandas load all lines by the commands of the documentation', async () => {
  const [load = '', rows = '', shadows = ''] = commandsOf('sql');
  const [pandas = ''] = commandsOf('python');
  const script = join(repositoryRoot, 'test', 'e2e', 'monitoring', 'prediction-log.py');
  const commands = JSON.stringify({ load, rows, shadows, pandas });
  const found = JSON.parse((await must(interpreter, [script, logs, commands])).stdout);
  const { columns, lines, times } = found;
  const iris = lines.find(({ msg }: { msg: string }) => msg === 'shadow').model;
  expect(columns).toMatchObject({ time: 'TIMESTAMP', inputs: 'JSON', outputs: 'JSON', ms: 'DOUBLE' });
  expect(lines).toEqual([
    { model: 'datatypes', method: 'infer', msg: 'prediction', status: 200, lines: 2 },
    { model: 'datatypes', method: 'predict', msg: 'prediction', status: 200, lines: 1 },
    { model: iris, method: 'infer', msg: 'prediction', status: 200, lines: 2 },
    { model: iris, method: 'infer', msg: 'shadow', status: 200, lines: 2 },
    { model: iris, method: 'predict', msg: 'prediction', status: 200, lines: 2 },
    { model: iris, method: 'predict', msg: 'prediction', status: 400, lines: 2 },
    { model: iris, method: 'predict', msg: 'shadow', status: 200, lines: 2 },
  ]);
  expect(times).toEqual([{ lines: 13 }]);

  // The same answers, whichever way they were asked for.
  interface Row {
    readonly id: string;
    readonly instance: number;
    readonly input: string;
    readonly label: string | null;
  }
  const labelled = (found.rows as Row[]).filter(({ label }) => label !== null);
  for (const id of ['0012', 'json', 'bytes']) {
    const rowsOf = labelled.filter((row) => row.id === id);
    expect(rowsOf.map(({ instance, label }) => [instance, label])).toEqual([
      [0, 'setosa'],
      [1, 'virginica'],
    ]);
    // The protocol's numbers are those of 32 bits that the model got.
    for (const [place, { input }] of rowsOf.entries()) {
      const sent = [SETOSA, VIRGINICA][place] as number[];
      expect((JSON.parse(input) as number[]).map(Math.fround)).toEqual(sent.map(Math.fround));
    }
  }
  expect(found.shadows).toHaveLength(3);
  for (const { id, difference, main, candidate } of found.shadows) {
    expect(['0012', 'json', 'bytes']).toContain(id);
    expect(difference).toBeGreaterThan(0.1);
    expect(JSON.parse(main)[0].label).toBe('setosa');
    expect(JSON.parse(candidate)[0].label).toBe('versicolor');
  }
  expect(found.keys).toEqual([{ clients: 2 }]);
  expect(found.pandas).toEqual({
    lines: 13,
    time: expect.stringMatching(/^datetime64/),
    ids: ['str'],
    outputs: ['list'],
    inputs: ['list'],
    models: { datatypes: 3, [iris]: 10 },
  });
});

test('the documentation and the commands name every field of the JSON Schema', () => {
  const fields = Object.keys(schema().properties);
  const table = readText('docs/PREDICTION_LOG.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const named = table.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(fields.toSorted());
  // `level` is the same in all lines.
  const loaded = fields.filter((name) => name !== 'level').sort();
  const [load = ''] = commandsOf('sql');
  expect([...load.matchAll(/(\w+): '/g)].map(([, name]) => name).sort()).toEqual(loaded);
  const [bigQuery = ''] = commandsOf('sh');
  const types = Object.fromEntries(
    (bigQuery.split(' ').at(-1) ?? '').split(',').map((column) => column.split(':') as [string, string]),
  );
  expect(Object.keys(types).sort()).toEqual(loaded);
  // What may hold anything is JSON there.
  const json = loaded.filter((name) => ['array', 'object'].includes(schema().properties[name]?.type ?? ''));
  expect(loaded.filter((name) => types[name] === 'JSON')).toEqual(json);
});
