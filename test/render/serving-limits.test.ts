import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { limitChanges, limitTexts } from '../../generators/render/serving-limits.ts';
import { releaseInServingYaml, renderServingYaml } from '../../generators/render/serving-yaml.ts';
import type { TensorSpec } from '../../generators/tensor.ts';
import { answersWith } from '../fixtures/template.ts';

const YAML = readFileSync('template-files/base/serving.yaml', 'utf8');
const { inputs, outputs } = parse(YAML) as Record<'inputs' | 'outputs', TensorSpec[]>;
const PICTURES: TensorSpec[] = [{ name: 'images', datatype: 'FP32', shape: [-1, 3, 640, 640] }];

const release = (text: string, fresh: TensorSpec[]) => {
  const change = { inputs: fresh, outputs };
  const facts = { version: '2.0.0', sha256: 'f'.repeat(64), released: '2026-11-30' };
  const after = releaseInServingYaml(text, { ...facts, ...change });
  const { limits, batching } = parse(after) as { limits: Record<string, number>; batching: Record<string, number> };
  return {
    body: limits['maxBodyBytes'],
    batch: batching['maxBatchSize'],
    texts: limitTexts(limitChanges(text, change)),
    after,
  };
};

test('the release of a model of large tensors raises the limit of a body and lowers that of a batch, and says so', () => {
  const { body, batch, texts } = release(YAML, PICTURES);
  expect([body, batch]).toEqual([30 * 2 ** 20, 4]);
  expect(texts).toEqual([
    'batching.maxBatchSize: 32 -> 4, so that a batch has 32 MiB at most',
    'limits.maxBodyBytes: 4194304 -> 31457280, so that one row in JSON and a batch of binary tensors fit',
  ]);
});

test('the release of a small one after it gives the derived values back', () => {
  const { body, batch } = release(release(YAML, PICTURES).after, inputs);
  expect([body, batch]).toEqual([4 * 2 ** 20, 32]);
});

test("an owner's own values stay, and one that is too small is named", () => {
  const own = YAML.replace('maxBodyBytes: 4194304', 'maxBodyBytes: 5000000').replace(
    '  maxDelayMs: 0',
    '  maxDelayMs: 0\n  maxBatchSize: 7',
  );
  const { body, batch, texts } = release(own, PICTURES);
  expect([body, batch]).toEqual([5_000_000, 7]);
  expect(texts).toEqual([
    'limits.maxBodyBytes stays 5000000, which is your own value; at 31457280 one row in JSON and a batch of binary tensors fit',
  ]);
  expect(release(YAML.replace('maxBodyBytes: 4194304', 'maxBodyBytes: 500000000'), PICTURES).texts).toHaveLength(1);
});

test('where the owner bounds all bodies together, no single one may be larger: the server would not start', () => {
  const own = YAML.replace('maxBodyBytes: 4194304', 'maxBodyBytes: 4194304\n  maxUploadBytes: 8000000');
  const { body, texts } = release(own, PICTURES);
  expect(body).toBe(8_000_000);
  expect(texts).toContainEqual(
    'limits.maxBodyBytes: 4194304 -> 8000000, as much as limits.maxUploadBytes allows; 31457280 would be enough for all',
  );
});

test('the same interface, and limits that the file leaves to their defaults, change nothing', () => {
  expect(
    limitChanges(YAML.replace('  maxDelayMs: 0', '  maxDelayMs: 0\n  maxBatchSize: 9'), { inputs, outputs }),
  ).toEqual([]);
  const bare = YAML.replace(/batching:[\s\S]*?\n\n/, '').replace(/limits:[\s\S]*/, '');
  expect(limitChanges(bare, { inputs: PICTURES, outputs })).toEqual([]);
});

test('a batch size is added only where another than the default is needed, and never to batching: off', () => {
  const section = /batching:[\s\S]*?\n\n/;
  expect(release(YAML, inputs).after).not.toMatch(/^ *maxBatchSize:/m);
  expect(release(YAML, PICTURES).after).toMatch(/maxDelayMs: 0\n {2}# A batch .*\n {2}maxBatchSize: 4\n\nobjectives:/);
  const flow = release(YAML.replace(section, 'batching: { maxDelayMs: 1 } # ours\n'), PICTURES);
  expect(flow.after).toContain('batching: { maxBatchSize: 4, maxDelayMs: 1 } # ours\n');
  const remark = release(YAML.replace(section, 'batching:\n    maxDelayMs: 1 # measured\n'), PICTURES);
  expect(remark.after).toContain('    maxDelayMs: 1 # measured\n    # A batch of binary');
  const off = YAML.replace(section, 'batching: off\n');
  expect(release(off, PICTURES)).toMatchObject({ batch: undefined, after: expect.stringContaining('batching: off\n') });
});

test.each<[string, TensorSpec[], number, number | undefined]>([
  ['small ones', inputs, 4 * 2 ** 20, undefined],
  ['pictures', PICTURES, 30 * 2 ** 20, 4],
])('the file of a new repository follows its inputs: %s', (_what, fresh, maxBodyBytes, maxBatchSize) => {
  const answers = answersWith({ modelType: 'custom', inputs: fresh, outputs });
  const { limits, batching } = parse(renderServingYaml(YAML, answers, { sha256: 'a', placeholder: true }));
  expect([limits.maxBodyBytes, batching.maxBatchSize]).toEqual([maxBodyBytes, maxBatchSize]);
});
