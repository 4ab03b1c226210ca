import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../../runtime/root.ts';
import { bodyOf, boot, type Running, SAMPLE } from '../../helpers/service.ts';

/** Drift as it is seen from outside: the series of a running service. */
let service: Running;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drift-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
});
afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const reference = () => join(folder, 'model', 'reference.json');
/** Boots the sample with another text of its reference. */
function bootWith(change: (text: string) => string): Promise<Running> {
  writeFileSync(reference(), change(readFileSync(reference(), 'utf8')));
  return boot({ env: { SERVING_CONFIG: join(folder, 'serving.yaml') } });
}

async function series(): Promise<Map<string, number>> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^ml_serving_(feature|prediction|reference|input)/.test(line));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')).replace(/,reference="[0-9a-f]{12}"/, ''),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}

const above = 'ml_serving_feature_bin_total{feature="sepal_length",bin="_above"}';
const setosa = 'ml_serving_prediction_bin_total{output="probabilities",bin="setosa"}';

test('rows of both interfaces are counted, golden samples are not', async () => {
  service = await boot();
  const before = await series();
  expect([before.get('ml_serving_reference_loaded'), before.get(above), before.get(setosa)]).toEqual([1, 0, 0]);
  expect(before.get('ml_serving_reference_refused')).toBe(0);
  await fetch(`${service.url}/predict/test`);
  expect((await series()).get(setosa)).toBe(0);

  await service.post('/predict', {
    instances: [[9, 3, 1.4, 0.2], { sepal_length: 5, sepal_width: 3, petal_length: 1, petal_width: 0.2 }],
  });
  const tensor = { name: 'float_input', shape: [1, 4], datatype: 'FP32', data: [99, 3, 1.4, 0.2] };
  await service.post(`/v2/models/${service.config.serving.model.name}/infer`, { inputs: [tensor] });
  const after = await series();
  const predictions = [...after].filter(([name]) => name.startsWith('ml_serving_prediction_bin_total'));
  expect([after.get(above), predictions.reduce((sum, [, count]) => sum + count, 0)]).toEqual([2, 3]);
});

test('live bins and the reference have the same labels, and the shares of a column sum to 1', async () => {
  service = await boot();
  const names = [...(await series()).entries()];
  const of = (metric: string) => names.filter(([name]) => name.startsWith(metric));
  const labels = (metric: string) => of(metric).map(([name]) => name.slice(metric.length));
  expect(labels('ml_serving_feature_bin_total')).toEqual(labels('ml_serving_feature_reference_ratio'));
  expect(labels('ml_serving_prediction_bin_total')).toEqual(labels('ml_serving_prediction_reference_ratio'));
  const shares = of('ml_serving_feature_reference_ratio{feature="petal_width"').map(([, share]) => share);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
});

test('the series of bins name their reference, and another reference has another name', async () => {
  const names = async (change: (text: string) => string) => {
    service = await bootWith(change);
    const text = await (await fetch(`${service.url}/metrics`)).text();
    await service.close();
    const lines = text.split('\n').filter((line) => /^ml_serving_(feature|prediction)_(bin|reference)_/.test(line));
    const rows = /^ml_serving_reference_rows\{reference="(\w+)"\} (\d+)$/m.exec(text);
    const found = new Set(lines.map((line) => /[{,]reference="(\w+)"/.exec(line)?.[1]));
    expect([...found]).toEqual([rows?.[1]]);
    return [rows?.[1], Number(rows?.[2])];
  };
  const [first, rows] = await names((text) => text);
  expect(rows).toBe(112);
  expect(await names((text) => text.replace(/\s+/g, ' '))).toEqual([first, 112]);
  const [other] = await names((text) => text.replace('4.8, 5,', '4.8, 4.9,'));
  expect(other).toMatch(/^[0-9a-f]{12}$/);
  expect(other).not.toBe(first);
});

test.each([
  ['that fits nothing', () => '{"features": []}', 'error'],
  ['of another model', (text: string) => text.replace(/("sha256": ")[0-9a-f]{64}/, `$1${'e'.repeat(64)}`), 'warn'],
])('a reference %s leaves the service answering, without drift', async (_what, change, level) => {
  service = await bootWith(change);
  const found = await series();
  expect([found.get('ml_serving_reference_loaded'), found.get('ml_serving_reference_refused')]).toEqual([0, 1]);
  expect([...found.keys()].some((name) => name.startsWith('ml_serving_feature_'))).toBe(false);
  // Whether one class takes all needs no reference.
  expect(found.get(setosa)).toBe(0);
  expect((await bodyOf(await service.post('/predict', { instances: [[5, 3, 1, 0]] })))['predictions']).toHaveLength(1);
  expect(service.logs).toContainEqual(
    expect.objectContaining({ level: { error: 50, warn: 40 }[level], code: 'REFERENCE_INVALID' }),
  );
});

test('without a reference there is none to refuse', async () => {
  rmSync(reference());
  service = await boot({ env: { SERVING_CONFIG: join(folder, 'serving.yaml') } });
  const found = await series();
  expect([found.get('ml_serving_reference_loaded'), found.get('ml_serving_reference_refused')]).toEqual([0, 0]);
});

test('a reference that cannot be read leaves the service answering', async () => {
  rmSync(reference());
  mkdirSync(reference());
  service = await boot({ env: { SERVING_CONFIG: join(folder, 'serving.yaml') } });
  const found = await series();
  expect([found.get('ml_serving_reference_loaded'), found.get('ml_serving_reference_refused')]).toEqual([0, 1]);
  expect(service.logs).toContainEqual(
    expect.objectContaining({ level: 50, reason: expect.stringContaining('cannot be read (EISDIR)') }),
  );
});

test('without the feature there is no series of it', async () => {
  service = await boot({ features: [] });
  await service.post('/predict', { instances: [[5, 3, 1, 0]] });
  const text = await (await fetch(`${service.url}/metrics`)).text();
  expect(text).toMatch(/ml_serving_requests_total/);
  expect(text).not.toMatch(/ml_serving_(reference|feature_bin|feature_reference|prediction_bin|prediction_reference)/);
});

test('of a value that is no number each kind is counted', async () => {
  service = await boot({
    config: (config) => ({
      ...config,
      serving: {
        ...config.serving,
        inputs: config.serving.inputs.map((input) => ({ ...input, allowNonFinite: true })),
      },
    }),
  });
  await service.post('/predict', { instances: [['NaN', 'Infinity', 1, 0.2]] });
  const found = await series();
  expect(found.get('ml_serving_input_invalid_total{feature="sepal_length",reason="nan"}')).toBe(1);
  expect(found.get('ml_serving_input_invalid_total{feature="sepal_width",reason="out_of_range"}')).toBe(1);
  expect(found.get('ml_serving_feature_bin_total{feature="sepal_length",bin="_missing"}')).toBe(1);
});
