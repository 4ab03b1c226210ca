import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Config } from '../../../runtime/config.ts';
import { LOG_SCHEMA } from '../../../runtime/features/prediction-log/line-schema.ts';
import { createPredictionLog } from '../../../runtime/features/prediction-log/prediction-log.ts';
import { VARIANTS_DEFAULTS, type VariantsSpec } from '../../../runtime/features/variants/contract.ts';
import { ROOT } from '../../../runtime/root.ts';
import { candidateSha256 } from '../../helpers/candidate.ts';
import { bodyOf, boot, type Running, SAMPLE } from '../../helpers/service.ts';

/* Every line has the form of schema/prediction-log.schema.json, whichever its route, its outcome and the model that answered. */

const schema = JSON.parse(readFileSync(join(ROOT, 'schema', 'prediction-log.schema.json'), 'utf8'));
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
const SALT = 'a salt of the tests';
const SETOSA = [5.1, 3.5, 1.4, 0.2];

type Line = Readonly<Record<string, unknown>>;

let folder: string;
let service: Running;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-schema-'));
  cpSync(join(ROOT, dirname(SAMPLE), 'model'), join(folder, 'model'), { recursive: true });
});
afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

async function start(variants?: Partial<VariantsSpec>, env: NodeJS.ProcessEnv = { PREDICTION_LOG_SALT: SALT }) {
  const candidate = { version: '2.0.0', file: 'model/candidate.onnx', sha256: candidateSha256() };
  const config = (own: Config): Config => ({
    ...own,
    folder,
    serving: {
      ...own.serving,
      predictionLog: { ...own.serving.predictionLog, mode: 'full', to: 'file', path: join(folder, 'log.jsonl') },
      ...(variants && { variants: { ...VARIANTS_DEFAULTS, mode: 'ab', candidate, ...variants } }),
    },
  });
  service = await boot({ config, env });
}

async function linesOf(): Promise<Line[]> {
  await service.features.close(2000);
  const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

const tensors = (outputs?: readonly object[]) => ({
  id: 'mine',
  inputs: [{ name: 'float_input', shape: [2, 4], datatype: 'FP32', data: [...SETOSA, ...SETOSA] }],
  ...(outputs && { outputs }),
});
const infer = (body: object, headers = {}) =>
  service.post(`/v2/models/${service.config.serving.model.name}/infer`, body, headers);

/** Waits for what happens after the answers. */
async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1000 && !(await done()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}
const shadows = async () => {
  const text = await service.metrics.registry.metrics();
  return [...text.matchAll(/^ml_serving_shadow_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
};

test('requests of every route and outcome are lines of one form, with a prediction for each row', async () => {
  await start();
  await service.post('/predict', { instances: [SETOSA, SETOSA] });
  await infer(tensors());
  await infer({ ...tensors(), parameters: { binary_data_output: true } });
  await service.post('/predict', { instances: [] });
  await service.post('/predict', 'no JSON');
  await service.post('/predict', `{"instances":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`);
  const lines = await linesOf();
  expect(lines.flatMap((line) => (validate(line) ? [] : [[line, validate.errors]]))).toEqual([]);
  expect(lines.map(({ schema: version }) => version)).toEqual(lines.map(() => LOG_SCHEMA));
  expect(lines.map(({ method, status }) => [method, status])).toEqual([
    ['predict', 200],
    ['infer', 200],
    ['infer', 200],
    ['predict', 400],
    ['predict', 400],
    ['predict', 400],
  ]);
  const [asked, asJson, asBytes] = lines;
  expect(asked?.['outputs']).toHaveLength(2);
  expect(asJson?.['outputs']).toEqual(asked?.['outputs']);
  expect(asBytes?.['outputs']).toEqual(asked?.['outputs']);
});

test('the version of the form is that of its schema', () => {
  expect(schema.properties.schema.const).toBe(LOG_SCHEMA);
});

test('the key of an A/B test is hashed, and the same client has the same hash', async () => {
  await start({ weight: 50, stickyHeader: 'X-User' });
  for (const user of ['ann', 'ann', 'bob']) await service.post('/predict', { instances: [SETOSA] }, { 'x-user': user });
  await service.post('/predict', { instances: [SETOSA] });
  const lines = await linesOf();
  expect(lines.flatMap((line) => (validate(line) ? [] : [[line, validate.errors]]))).toEqual([]);
  const [ann, again, bob, none] = lines.map(({ keyHash }) => keyHash);
  expect(ann).toMatch(/^hmac:[0-9a-f]{32}$/);
  expect(again).toBe(ann);
  expect(bob).not.toBe(ann);
  expect(none).toBeUndefined();
  expect(JSON.stringify(lines)).not.toMatch(/ann|bob/);
});

test('without a secret no hash of a key is written: it would be found by trying', async () => {
  await start({ weight: 50, stickyHeader: 'X-User' }, {});
  await service.post('/predict', { instances: [SETOSA] }, { 'x-user': 'ann' });
  const [line] = await linesOf();
  expect(line).not.toHaveProperty('keyHash');
});

test('a shadow’s answer is a line of its own under the id of its request, with the difference', async () => {
  await start({ mode: 'shadow', weight: 100 });
  const { id } = await bodyOf(await service.post('/predict', { instances: [SETOSA] }));
  await until(async () => (await shadows()) === 1);
  await infer(tensors(), { 'x-request-id': 'two' });
  await until(async () => (await shadows()) === 2);
  const lines = await linesOf();
  expect(lines.flatMap((line) => (validate(line) ? [] : [[line, validate.errors]]))).toEqual([]);
  const linesFor = (wanted: unknown) => lines.filter((line) => line['id'] === wanted);
  const [answered, shadow] = linesFor(id);
  expect([answered, shadow].map((line) => line?.['msg']).sort()).toEqual(['prediction', 'shadow']);
  const found = lines.filter(({ msg }) => msg === 'shadow');
  expect(found).toMatchObject([
    { id, method: 'predict', variant: 'candidate', version: '2.0.0', shadow: { mode: 'shadow', outcome: 'disagree' } },
    { id: 'mine', requestId: 'two', method: 'infer', variant: 'candidate', shadow: { outcome: 'disagree' } },
  ]);
  for (const line of found) {
    const { difference } = line['shadow'] as { difference: number };
    expect(difference).toBeGreaterThan(0.1);
    expect(line['outputs']).toMatchObject(
      Array.from({ length: line['method'] === 'infer' ? 2 : 1 }, () => ({ label: 'versicolor' })),
    );
  }
});

test.each([
  ['error', 'TIMEOUT', 10_000],
  ['skipped', undefined, undefined],
])('a shadow with the outcome %s has a line without outputs, and the reason', async (outcome, reason, totalMs) => {
  const lines: Line[] = [];
  const log = createPredictionLog({
    rate: 1,
    bufferBytes: 64 * 1024,
    model: 'iris',
    templateVersion: '1.0.0',
    inAccessLog: false,
    redact: undefined,
    events: { onWritten: () => {}, onDropped: () => {} },
    sink: {
      async write(block) {
        for (const line of block.toString().trim().split('\n')) lines.push(JSON.parse(line));
      },
      close: async () => {},
    },
  });
  log.writeShadow({
    id: 'one',
    answerId: 'ü "quoted"\n',
    route: '/v2/models/{model}/infer',
    endedAt: performance.now(),
    model: { name: 'candidate', version: '2', sha256: 'a'.repeat(64) },
    mode: 'shadow',
    outcome,
    reason,
    difference: undefined,
    totalMs,
    queue: 0,
    run: 0,
    outputs: undefined,
  });
  await log.close(1000);
  expect(lines).toHaveLength(1);
  expect([validate(lines[0]), validate.errors]).toEqual([true, null]);
  expect(lines[0]).toMatchObject({
    id: 'ü "quoted"\n',
    requestId: 'one',
    shadow: { outcome, ...(reason && { reason }) },
  });
  for (const key of ['outputs', 'status', 'stages']) expect(lines[0]).not.toHaveProperty(key);
});
