import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import {
  binaryRowBytes,
  jsonRowBytes,
  LARGEST_BODY,
  requestLimits,
  TEMPLATE_LIMITS,
} from '../../generators/questions/request-limits.ts';
import type { Datatype, TensorSpec } from '../../generators/tensor.ts';

const tensor = (shape: number[], datatype: Datatype = 'FP32', more: Partial<TensorSpec> = {}): TensorSpec => ({
  name: 'x',
  datatype,
  shape,
  ...more,
});
const limitsOf = (shape: number[], datatype: Datatype = 'FP32', output: number[] = [shape[0] ?? 1, 2]) =>
  requestLimits({ inputs: [tensor(shape, datatype)], outputs: [tensor(output)] });

test("the values for small interfaces are those of the template's serving.yaml and its defaults", () => {
  const { limits } = parse(readFileSync('template-files/base/serving.yaml', 'utf8'));
  const schema = JSON.parse(readFileSync('template-files/base/schema/serving.schema.json', 'utf8'));
  const maxBatchSize = schema.properties.batching.then.properties.maxBatchSize.default;
  expect({ maxBatchSize, maxBodyBytes: limits.maxBodyBytes }).toEqual(TEMPLATE_LIMITS);
  for (const shape of [[-1, 4], [-1], [], [-1, -1], [-1, 3, 32, 32]]) expect(limitsOf(shape)).toEqual(TEMPLATE_LIMITS);
});

test.each([
  ['a picture of 640 by 640 without a batch axis', [1, 3, 640, 640], 32, 30],
  ['the same with a batch axis: a batch of at most 32 MiB', [-1, 3, 640, 640], 4, 30],
  ['224 by 224: 32 rows fit', [-1, 3, 224, 224], 32, 19],
  ['1024 by 1024', [-1, 3, 1024, 1024], 2, 76],
  ['the largest tensor: one row, and the bound', [-1, 4096, 4096], 1, 256],
])('%s', (_what, shape, maxBatchSize, megabytes) => {
  expect(limitsOf(shape)).toEqual({ maxBatchSize, maxBodyBytes: megabytes * 2 ** 20 });
});

/** As Python's json.dumps writes it: with a space behind comma and colon, and no character beyond ASCII. */
const asPython = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replace(/\n */g, ' ')
    .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

test.each<[Datatype, unknown]>([
  ['BOOL', false],
  ['UINT8', 255],
  ['INT16', -32768],
  ['UINT32', 4294967295],
  ['FP16', Math.fround(-1.1754943508222875e-38)],
  ['FP32', Math.fround(-1.1754943508222875e-38)],
  ['FP64', -2.2250738585072014e-308],
])('no row of %s is longer in JSON than it is counted', (datatype, longest) => {
  const row = Array.from({ length: 50 }, () => Array.from({ length: 3 }, () => longest));
  const counted = jsonRowBytes([tensor([1, 50, 3], datatype)]);
  const found = asPython({ x: [row] }).length;
  expect(found).toBeLessThanOrEqual(counted);
  expect(counted).toBeLessThan(1.6 * found);
});

test('64-bit integers, names of columns and long texts are counted', () => {
  expect(jsonRowBytes([tensor([-1, 100], 'INT64')])).toBeGreaterThan(100 * '-9223372036854775808, '.length);
  const features = Array.from({ length: 200 }, (_, i) => ({ name: `Größe der Spalte ${i}` }));
  const row = Object.fromEntries(features.map(({ name }) => [name, Math.fround(-1.1754943508222875e-38)]));
  expect(jsonRowBytes([tensor([-1, 200], 'FP32', { features })])).toBeGreaterThan(asPython(row).length);
  const text = { maxCharacters: 1_000_000 };
  expect(jsonRowBytes([tensor([-1], 'BYTES', { text })])).toBeGreaterThan(asPython('é'.repeat(1_000_000)).length);
});

test('a batch of binary tensors fits whatever the shape, and no limit goes beyond the bound', () => {
  for (const side of [1, 7, 64, 300, 512, 900, 2048, 4096])
    for (const datatype of ['UINT8', 'FP32', 'INT64'] as const) {
      const { maxBatchSize, maxBodyBytes } = limitsOf([-1, side, side], datatype);
      const row = binaryRowBytes([tensor([-1, side, side], datatype)]);
      expect(maxBatchSize * row).toBeLessThan(maxBodyBytes);
      expect(maxBodyBytes).toBeLessThanOrEqual(LARGEST_BODY);
    }
});
