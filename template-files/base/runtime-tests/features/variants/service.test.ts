import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../../../runtime/config.ts';
import { VARIANTS_DEFAULTS, type VariantsSpec } from '../../../runtime/features/variants/contract.ts';
import { features } from '../../../runtime/features.ts';
import { ROOT } from '../../../runtime/root.ts';
import { bodyOf, boot, type Running, SAMPLE } from '../../helpers/service.ts';

/** Two versions of the sample in one service: the second one takes every setosa for a versicolor. */
const FOLDER = join(ROOT, dirname(SAMPLE), 'model');
const FILE = join(FOLDER, 'candidate.onnx');
const GOLDEN = 'candidate.golden.json';
const sha256 = createHash('sha256').update(readFileSync(FILE)).digest('hex');
const SETOSA = [5.1, 3.5, 1.4, 0.2];
const VIRGINICA = [6.9, 3.2, 5.7, 2.3];

interface Options {
  /** The candidate's golden samples, where they are others than its own. */
  readonly golden?: object;
  readonly hash?: string;
  readonly start?: boolean;
}

let folder: string;
let service: Running;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'variants-'));
  cpSync(FOLDER, join(folder, 'model'), { recursive: true });
});
afterEach(async () => {
  await service?.close();
  rmSync(folder, { recursive: true });
});

async function start(spec: Partial<VariantsSpec>, { golden, hash = sha256, start: isStarted = true }: Options = {}) {
  if (golden) writeFileSync(join(folder, 'model', GOLDEN), JSON.stringify(golden));
  const candidate = { version: '2.0.0', file: 'model/candidate.onnx', sha256: hash };
  const variants: VariantsSpec = { ...VARIANTS_DEFAULTS, mode: 'ab', candidate, ...spec };
  const config = (own: Config): Config => ({ ...own, folder, serving: { ...own.serving, variants } });
  service = await boot({ config, start: isStarted });
}

const metric = async (name: string) => {
  const text = (await service.metrics.registry.metrics()).replaceAll(/,reference="[0-9a-f]{12}"/g, '');
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')
      .pop(),
  );
};
const model = () => service.config.serving.model.name;
const ask = async (row: readonly number[], headers: Record<string, string> = {}) => {
  const response = await service.post('/predict', { instances: [row] }, headers);
  const { predictions, model_version } = await bodyOf(response);
  const [{ label }] = predictions as [{ label: string }];
  return { label, version: model_version, variant: response.headers.get('x-model-variant') };
};
/** Waits for what happens behind the answers. */
async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !(await done()); i++) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('A/B: each answer says which version gave it, and a client keeps its own', async () => {
  await start({ weight: 50, stickyHeader: 'X-User' });
  const answers = new Map<string, string>();
  for (let i = 0; i < 30; i++) {
    const user = `user-${i % 10}`;
    const { label, version, variant } = await ask(SETOSA, { 'x-user': user });
    expect([label, version]).toEqual(variant === 'main' ? ['setosa', '1.0.0'] : ['versicolor', '2.0.0']);
    expect(variant).toBe(answers.get(user) ?? variant);
    answers.set(user, variant ?? '');
  }
  expect(new Set(answers.values())).toEqual(new Set(['main', 'candidate']));
  const counted = await Promise.all([
    metric('ml_serving_variant_requests_total{variant="main",version="1.0.0"}'),
    metric('ml_serving_variant_requests_total{variant="candidate",version="2.0.0"}'),
  ]);
  expect((counted[0] ?? 0) + (counted[1] ?? 0)).toBe(30);
  expect(Math.min(...counted)).toBeGreaterThan(0);
});

test('the protocol lists both versions, and answers by the one that is named', async () => {
  await start({ weight: 0 });
  const metadata = await bodyOf(await fetch(`${service.url}/v2/models/${model()}`));
  expect(metadata['versions']).toEqual(['1.0.0', '2.0.0']);
  const inputs = [{ name: 'float_input', shape: [1, 4], datatype: 'FP32', data: SETOSA }];
  const infer = async (path: string) => {
    const response = await service.post(`/v2/models/${model()}${path}/infer`, { inputs });
    const { model_version } = await bodyOf(response);
    return [response.status, model_version, response.headers.get('x-model-variant')];
  };
  expect(await infer('')).toEqual([200, '1.0.0', 'main']);
  expect(await infer('/versions/1.0.0')).toEqual([200, '1.0.0', 'main']);
  expect(await infer('/versions/2.0.0')).toEqual([200, '2.0.0', 'candidate']);
  const unknown = await service.post(`/v2/models/${model()}/versions/3.0.0/infer`, { inputs });
  expect([unknown.status, (await bodyOf(unknown))['code']]).toEqual([404, 'MODEL_NOT_FOUND']);
  expect((await fetch(`${service.url}/v2/models/${model()}/versions/2.0.0/ready`)).status).toBe(200);
});

test('shadow: clients get the main version’s answers, and the difference is counted', async () => {
  await start({ mode: 'shadow', weight: 100 });
  const runs = await metric('ml_serving_batch_size_count');
  expect(await ask(SETOSA)).toEqual({ label: 'setosa', version: '1.0.0', variant: 'main' });
  await until(async () => (await metric('ml_serving_shadow_total{outcome="disagree"}')) === 1);
  expect(await ask(VIRGINICA)).toEqual({ label: 'virginica', version: '1.0.0', variant: 'main' });
  await until(async () => (await metric('ml_serving_shadow_total{outcome="agree"}')) === 1);
  const outcomes = ['agree', 'disagree', 'error', 'skipped'];
  expect(await Promise.all(outcomes.map((one) => metric(`ml_serving_shadow_total{outcome="${one}"}`)))).toEqual([
    1, 1, 0, 0,
  ]);
  // Neither the drift of the main version nor its stages know of the shadow.
  expect(await metric('ml_serving_prediction_bin_total{output="probabilities",bin="versicolor"}')).toBe(0);
  expect(await metric('ml_serving_batch_size_count')).toBe(runs + 2);
});

test('under load the shadow is left out, and delays nobody', async () => {
  await start({ mode: 'shadow', weight: 100 });
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask(SETOSA)));
  expect(answers.every(({ label }) => label === 'setosa')).toBe(true);
  const total = async () => {
    const all = ['agree', 'disagree', 'error', 'skipped'].map((one) =>
      metric(`ml_serving_shadow_total{outcome="${one}"}`),
    );
    return (await Promise.all(all)).reduce((sum, count) => sum + count, 0);
  };
  await until(async () => (await total()) === 200);
  expect(await total()).toBe(200);
  expect(await metric('ml_serving_shadow_total{outcome="skipped"}')).toBeGreaterThan(0);
});

test('golden samples of both: asked on demand, and the differences are exported', async () => {
  await start({});
  const asked = await bodyOf(await fetch(`${service.url}/predict/test?variant=candidate&sample=1`));
  expect(asked).toMatchObject({ agrees: true, model_version: '2.0.0' });
  expect((await fetch(`${service.url}/predict/test?variant=third`)).status).toBe(400);
  expect(await metric('ml_serving_golden_max_abs_diff')).toBeLessThan(1e-5);
  expect(await metric('ml_serving_golden_max_abs_diff{variant="candidate"}')).toBeLessThan(1e-5);
  expect(await metric('ml_serving_golden_disagreements{variant="candidate"}')).toBe(0);
  expect(await metric('ml_serving_workers{state="alive"}')).toBe(2);
});

test.each(['ab', 'shadow'] as const)(
  '%s: a candidate that misses its golden answers keeps the service from being ready',
  async (mode) => {
    const { samples } = JSON.parse(readFileSync(join(FOLDER, GOLDEN), 'utf8')) as { samples: { instance: unknown }[] };
    const golden = {
      tolerance: 1e-5,
      samples: [{ instance: samples[0]?.instance, prediction: { label: 'virginica' } }],
    };
    await start({ mode }, { golden });
    const ready = await fetch(`${service.url}/v2/health/ready`);
    expect([ready.status, (await bodyOf(ready))['error']]).toEqual([
      503,
      expect.stringMatching(/^the candidate: golden sample 0/),
    ]);
    expect((await service.post('/predict', { instances: [SETOSA] })).status).toBe(503);
    expect(await metric('ml_serving_golden_disagreements{variant="candidate"}')).toBe(1);
  },
);

test('a candidate that is another file than was said stops the start', async () => {
  await start({}, { hash: 'f'.repeat(64), start: false });
  await expect(service.predictor.start()).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
});

test('with one version there is no such header, and its answers are counted', async () => {
  service = await boot();
  expect(existsSync(FILE)).toBe(true);
  expect((await ask(SETOSA)).variant).toBeNull();
  expect(await metric('ml_serving_variant_requests_total{variant="main",version="1.0.0"}')).toBe(1);
});

test('A/B: the truth counts for the version that has answered', async () => {
  await start({ weight: 50, stickyHeader: 'X-User' });
  const idBy = new Map<unknown, string>();
  for (let user = 0; idBy.size < 2; user++) {
    const headers = { 'X-User': `user-${user}` };
    const response = await service.post('/predict', { instances: [SETOSA] }, headers);
    const { id } = await bodyOf(response);
    idBy.set(response.headers.get('x-model-variant'), id as string);
  }
  for (const id of idBy.values()) await service.post('/feedback', { id, label: 'setosa' });
  const main = service.config.serving.model.version;
  // The candidate takes every setosa for a versicolor.
  const counted = (outcome: string, variant: string, version: string) =>
    metric(`ml_serving_feedback_total{outcome="${outcome}",variant="${variant}",version="${version}"}`);
  expect(await counted('correct', 'main', main)).toBe(1);
  expect(await counted('wrong', 'main', main)).toBe(0);
  expect(await counted('correct', 'candidate', '2.0.0')).toBe(0);
  expect(await counted('wrong', 'candidate', '2.0.0')).toBe(1);
});

test('OpenAPI names both versions and the variants of GET /predict/test, and with one model neither', async () => {
  const documentOf = async () => {
    const { paths } = await bodyOf(await fetch(`${service.url}/openapi.json`));
    const found = paths as Record<string, Record<string, { parameters: { name: string; schema: unknown }[] }>>;
    const schemaOf = (path: string, method: string, name: string) =>
      found[path]?.[method]?.parameters.find((one) => one.name === name)?.schema;
    return {
      variant: schemaOf('/predict/test', 'get', 'variant'),
      version: schemaOf('/v2/models/{model}/versions/{version}/infer', 'post', 'version'),
    };
  };
  await start({ mode: 'shadow' }, { start: false });
  expect(await documentOf()).toEqual({
    variant: { enum: ['main', 'candidate'] },
    version: { enum: ['1.0.0', '2.0.0'] },
  });
  await service.close();
  service = await boot({ start: false });
  expect(await documentOf()).toEqual({ variant: undefined, version: { const: '1.0.0' } });
});

test('without the feature none of its metrics exist, and a query for a variant is none', async () => {
  service = await boot({ features: features.filter(({ name }) => name !== 'variants') });
  await ask(SETOSA);
  expect(await service.metrics.registry.metrics()).not.toMatch(/ml_serving_(variant|shadow)/);
  expect((await fetch(`${service.url}/predict/test?variant=candidate`)).status).toBe(200);
});
