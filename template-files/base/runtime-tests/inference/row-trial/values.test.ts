import { DATATYPES, type InputSpec } from '../../../runtime/contract/serving.ts';
import { fromHalf } from '../../../runtime/inference/float16.ts';
import { createRandom, rowValues, type Spread } from '../../../runtime/inference/row-trial/values.ts';

const values = (
  input: Partial<InputSpec>,
  spread: Spread = 'likely',
  samples: Parameters<typeof rowValues>[0]['samples'] = [],
  count = 400,
) => {
  const spec: InputSpec = { name: 'x', datatype: 'FP32', shape: [-1, 2], ...input };
  return [...rowValues({ input: spec, samples }, count, spread, createRandom(7))];
};

test.each(DATATYPES)('%s: rows have values of the type, and more than one', (datatype) => {
  for (const spread of ['likely', 'wild', 'sampled'] as const)
    expect(new Set(values({ datatype }, spread)).size).toBeGreaterThan(1);
});

test('the same seed gives the same rows', () => {
  expect(values({})).toEqual(values({}));
});

test('columns keep to their ranges and categories', () => {
  const features = [
    { name: 'a', min: 3, max: 5 },
    { name: 'b', min: -1, max: 0 },
  ];
  const found = values({ features }) as number[];
  for (const [at, value] of found.entries()) {
    const { min, max } = features[at % 2] as (typeof features)[number];
    expect(value >= min && value <= max).toBe(true);
  }
  const integers = values({ datatype: 'INT64', features: [{ name: 'a', min: 3, max: 5 }] });
  expect(new Set(integers)).toEqual(new Set([3n, 4n, 5n]));
  const categories = values({ datatype: 'BYTES', features: [{ name: 'a', categories: ['red', 'blue'] }] });
  expect(new Set(categories)).toEqual(new Set(['red', 'blue']));
});

test('wild rows are of other magnitudes', () => {
  const largest = (spread: Spread) => Math.max(...(values({}, spread) as number[]).map(Math.abs));
  expect(largest('wild') / largest('likely') > 5 || largest('likely') / largest('wild') > 5).toBe(true);
  const halves = (values({ datatype: 'FP16' }, 'wild') as number[]).map(fromHalf);
  expect(halves.every(Number.isFinite)).toBe(true);
});

test('token ids are those of the samples, or the smallest', () => {
  const found = new Set(values({ datatype: 'INT64' }, 'likely', [BigInt64Array.of(101n, 2023n, 102n)]));
  expect(found).toEqual(new Set([101n, 2023n, 102n, 0n, 1n]));
  expect(new Set(values({ datatype: 'INT64' }, 'sampled', [BigInt64Array.of(101n, 2023n)]))).toEqual(
    new Set([101n, 2023n]),
  );
});

test('pixels are in the range that the picture encoder gives them', () => {
  const image = { scale: 1, mean: [100], std: [50] };
  const found = values({ shape: [-1, 3, 10, 10], image }) as number[];
  expect(Math.min(...found)).toBeGreaterThanOrEqual(-2);
  expect(Math.max(...found)).toBeLessThanOrEqual(3.1 + 1e-6);
  const bytes = values({ datatype: 'UINT8', shape: [-1, 10, 10, 3], image: {} }) as number[];
  expect(Math.max(...bytes)).toBeGreaterThan(200);
});
