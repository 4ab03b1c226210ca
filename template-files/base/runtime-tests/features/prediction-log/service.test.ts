import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PredictionLogSpec } from '../../../runtime/features/prediction-log/contract.ts';
import type { Service } from '../../../runtime/service.ts';
import { boot, type Running } from '../../helpers/service.ts';

let service: Running;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prediction-log-'));
});
afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const SALT = 'a salt of the tests';
const start = async (spec: Partial<PredictionLogSpec>) => {
  service = await boot({
    config: (config) => ({
      ...config,
      env: { ...config.env, PREDICTION_LOG_SALT: SALT },
      serving: {
        ...config.serving,
        predictionLog: { ...config.serving.predictionLog, path: join(folder, 'log.jsonl'), to: 'file', ...spec },
      },
    }),
  });
};

async function lines(): Promise<Record<string, unknown>[]> {
  await service.features.close(2000);
  const text = readFileSync(join(folder, 'log.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const ROW = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
const infer = (id: string) => ({
  id,
  inputs: [{ name: 'float_input', shape: [2, 4], datatype: 'FP32', data: [5, 3, 1.5, 0.25, 7, 3, 6, 2] }],
});
const metric = async (name: string) => {
  const text = await service.metrics.registry.metrics();
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
};

function wantsOf({ features }: Pick<Service, 'features'>): (id: string) => boolean {
  const requests = features.parts.flatMap((part) => part.requests ?? []);
  return (id) => requests.some(({ wants }) => wants(id));
}

test('a line has all that is known of a prediction', async () => {
  await start({ mode: 'full' });
  await service.post('/predict', { instances: [ROW] }, { 'x-request-id': 'one' });
  const { model } = service.config.serving;
  const [line, ...more] = await lines();
  expect(more).toEqual([]);
  expect(line).toEqual({
    level: 30,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    id: 'one',
    route: '/predict',
    status: 200,
    schema: 2,
    method: 'predict',
    model: model.name,
    version: model.version,
    sha256: model.sha256,
    variant: 'main',
    template: service.config.templateVersion,
    msg: 'prediction',
    ms: expect.any(Number),
    stages: {
      queue: expect.any(Number),
      preprocess: expect.any(Number),
      run: expect.any(Number),
      postprocess: expect.any(Number),
    },
    inputs: [ROW],
    outputs: [{ label: 'setosa', probabilities: expect.any(Object) }],
  });
  const stages = { ...(line?.['stages'] as Record<string, number>) };
  const sum = Object.values(stages).reduce((all, ms) => all + ms, 0);
  expect(stages['run']).toBeGreaterThan(0);
  expect(sum).toBeLessThanOrEqual((line?.['ms'] as number) + 0.01);
  expect(await metric('ml_serving_prediction_log_written_total')).toBe(1);
});

test('whichever way rows were read, they are logged as they came, and redacted where they are to be', async () => {
  await start({ mode: 'full', remove: ['sepal_width'] });
  const lists = '[[5.10, 3.5,1.4e0,0.2]]';
  const bodies = [
    { body: `{"instances": ${lists}}`, inputs: [[5.1, '[redacted]', 1.4, 0.2]] },
    { body: `{"instances":\n${lists}}`, inputs: [[5.1, '[redacted]', 1.4, 0.2]] },
    { body: JSON.stringify({ instances: [ROW] }), inputs: [{ ...ROW, sepal_width: '[redacted]' }] },
  ];
  for (const { body } of bodies) expect((await service.post('/predict', body)).status).toBe(200);
  expect((await lines()).map(({ inputs }) => inputs)).toEqual(bodies.map(({ inputs }) => inputs));
});

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test('what is nested deeper than it can be written is a line without inputs', async () => {
  await start({ mode: 'full' });
  for (const body of [`{"instances":[${nested(50_000)}]}`, JSON.stringify({ instances: [ROW] })]) {
    await service.post('/predict', body);
  }
  expect(await lines()).toMatchObject([
    { status: 400, omitted: 'inputs nested too deeply' },
    { status: 200, inputs: [ROW] },
  ]);
});

test('an input that is not to be shown is hidden with all of its columns, on every way in', async () => {
  await start({ mode: 'full', remove: ['float_input'] });
  const hidden = '[redacted]';
  await service.post('/predict', '{"instances":[[5.1,3.5,1.4,0.2]]}');
  await service.post('/predict', { instances: [ROW] });
  await service.post(`/v2/models/${service.config.serving.model.name}/infer`, infer('mine'));
  expect((await lines()).map(({ inputs }) => inputs)).toEqual([
    [new Array(4).fill(hidden)],
    [Object.fromEntries(Object.keys(ROW).map((name) => [name, hidden]))],
    [new Array(4).fill(hidden), new Array(4).fill(hidden)],
  ]);
});

test('a body on several lines is one line of the log', async () => {
  await start({ mode: 'full' });
  const bodies = ['{"instances":[[5.10,3.5,1.4,0.2]]}', '{"instances":[\n[5.1,\r\n3.5,1.4,0.2]\n]\n}\n'];
  for (const body of bodies) expect((await service.post('/predict', body)).status).toBe(200);
  const rows = [[5.1, 3.5, 1.4, 0.2]];
  expect((await lines()).map(({ inputs }) => inputs)).toEqual([rows, rows]);
});

test('the protocol’s tensors are rows, under the client’s id', async () => {
  await start({ mode: 'full', remove: ['petal_width'] });
  const { name } = service.config.serving.model;
  await service.post(`/v2/models/${name}/infer`, infer('mine'));
  const [line] = await lines();
  expect(line).toMatchObject({
    id: 'mine',
    route: '/v2/models/{model}/infer',
    inputs: [
      [5, 3, 1.5, '[redacted]'],
      [7, 3, 6, '[redacted]'],
    ],
    method: 'infer',
    outputs: [
      { label: 'setosa', probabilities: expect.any(Object) },
      { label: expect.any(String), probabilities: expect.any(Object) },
    ],
  });
});

test('what was answered as bytes is numbers in the log', async () => {
  await start({ mode: 'full' });
  const request = infer('mine');
  const path = `/v2/models/${service.config.serving.model.name}/infer`;
  await service.post(path, request);
  const binary = await service.post(path, { ...request, parameters: { binary_data_output: true } });
  expect(binary.headers.get('content-type')).toBe('application/octet-stream');
  const [asJson, asBytes] = (await lines()).map(({ outputs }) => outputs);
  expect(asJson).toHaveLength(2);
  expect(asBytes).toEqual(asJson);
});

test('a client’s own id may be of any letters', async () => {
  await start({ mode: 'full' });
  const id = 'ü "quoted"\n';
  await service.post(`/v2/models/${service.config.serving.model.name}/infer`, infer(id));
  expect((await lines()).map((line) => line['id'])).toEqual([id]);
});

test('many requests at the same time are a line each, with its own answer', async () => {
  await start({ mode: 'full' });
  const ids = Array.from({ length: 400 }, (_, i) => `id-${i}`);
  const ask = (id: string, i: number) =>
    service.post('/predict', { instances: [{ ...ROW, sepal_length: 4 + i / 100 }] }, { 'x-request-id': id });
  await Promise.all(ids.map(ask));
  const found = new Map((await lines()).map(({ id, inputs }) => [id, inputs]));
  expect(found).toEqual(new Map(ids.map((id, i) => [id, [{ ...ROW, sepal_length: 4 + i / 100 }]])));
});

test('failures are logged as well; of what was refused nothing is shown where there are secrets', async () => {
  await start({ mode: 'full', hash: ['sepal_length'] });
  await service.post('/predict', { instances: [{ ...ROW, sepal_lenght: 'a secret' }] });
  await service.post('/predict', { instances: [ROW] });
  const [refused, fine] = await lines();
  expect(refused).toMatchObject({ status: 400 });
  expect(JSON.stringify(refused)).not.toContain('secret');
  expect(fine).toMatchObject({ inputs: [{ ...ROW, sepal_length: expect.stringMatching(/^hmac:/) }] });
});

test('what is not asked of the model is no prediction', async () => {
  await start({ mode: 'full' });
  await fetch(`${service.url}/predict/test`);
  await fetch(`${service.url}/metadata`);
  await service.post('/predict', { instances: [ROW] });
  expect(await lines()).toHaveLength(1);
});

test('of a sample the ids decide', async () => {
  await start({ mode: 'sampled', rate: 0.2 });
  const ids = Array.from({ length: 200 }, (_, i) => `id-${i}`);
  for (const id of ids) await service.post('/predict', { instances: [ROW] }, { 'x-request-id': id });
  const logged = (await lines()).map(({ id }) => id);
  expect(logged).toEqual(ids.filter((id) => wantsOf(service)(id)));
  expect(logged.length).toBeGreaterThan(10);
  expect(logged.length).toBeLessThan(100);
});

test('on standard output a request is one line, which tells all that its line in the access log would', async () => {
  await start({ mode: 'full', to: 'stdout' });
  await service.post('/predict', { instances: [ROW] }, { 'x-request-id': 'one' });
  await service.post('/predict', { instances: [] }, { 'x-request-id': 'refused' });
  await service.post(`/v2/models/${service.config.serving.model.name}/infer`, infer('mine'), { 'x-request-id': 'two' });
  await fetch(`${service.url}/labels`, { headers: { 'x-request-id': 'labels' } });
  await service.features.close(2000);
  const told = service.logs.filter(({ msg }) => msg === 'request' || msg === 'prediction');
  const byMessage = (wanted: string) => told.filter(({ msg }) => msg === wanted);
  expect(byMessage('request')).toMatchObject([{ id: 'labels', route: '/labels', status: 200 }]);
  expect(byMessage('prediction')).toMatchObject([
    { id: 'one', route: '/predict', status: 200 },
    { id: 'refused', route: '/predict', status: 400 },
    { id: 'mine', requestId: 'two', route: '/v2/models/{model}/infer', status: 200 },
  ]);
  // The same names for the same things.
  const [request] = byMessage('request');
  const typesOf = (line = {}) => Object.entries(line).map(([name, value]) => [name, typeof value]);
  for (const line of byMessage('prediction')) expect(typesOf(line)).toEqual(expect.arrayContaining(typesOf(request)));
  expect(byMessage('prediction').map((line) => 'requestId' in line)).toEqual([false, false, true]);
});

test('what is not in the sample has its line in the access log', async () => {
  await start({ mode: 'sampled', rate: 0.3, to: 'stdout' });
  const ids = Array.from({ length: 50 }, (_, i) => `id-${i}`);
  for (const id of ids) await service.post('/predict', { instances: [ROW] }, { 'x-request-id': id });
  await service.features.close(2000);
  const linesOf = (wanted: string) => service.logs.filter(({ msg }) => msg === wanted).map(({ id }) => id);
  const wants = wantsOf(service);
  expect(linesOf('prediction')).toEqual(ids.filter((id) => wants(id)));
  expect(linesOf('request')).toEqual(ids.filter((id) => !wants(id)));
  expect(linesOf('prediction').length).toBeGreaterThan(0);
});

test('beside a file the access log has its line of each request', async () => {
  await start({ mode: 'full' });
  await service.post('/predict', { instances: [ROW] }, { 'x-request-id': 'one' });
  expect(await lines()).toMatchObject([{ id: 'one', msg: 'prediction' }]);
  expect(service.logs).toContainEqual(expect.objectContaining({ id: 'one', msg: 'request' }));
});

test('a disk that cannot be written costs lines, not answers', async () => {
  // A file where the folder of the log would be.
  writeFileSync(join(folder, 'taken'), '');
  await start({ mode: 'full', path: join(folder, 'taken', 'log.jsonl') });
  for (let i = 0; i < 20; i++) {
    expect((await service.post('/predict', { instances: [ROW] })).status).toBe(200);
  }
  await service.features.close(2000);
  expect(await metric('ml_serving_prediction_log_dropped_total{reason="disk"}')).toBeGreaterThan(0);
  expect(service.logs).toContainEqual(expect.objectContaining({ msg: 'the prediction log loses lines' }));
});

test('a field that there is not would hide nothing: it is refused', async () => {
  const starting = start({ mode: 'full', remove: ['income'] });
  await expect(starting).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('predictionLog.remove: expected names of sepal_length'),
  });
  await start({ mode: 'off' });
});
