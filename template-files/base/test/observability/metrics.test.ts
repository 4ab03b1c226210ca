import { createMetrics } from '../../src/observability/metrics.ts';

async function bounds(latencyMs?: number): Promise<string[]> {
  const metrics = createMetrics([], latencyMs);
  metrics.announce([{ route: '/predict', codes: [200] }]);
  const text = await metrics.registry.metrics();
  const found = [...text.matchAll(/^ml_serving_request_duration_seconds_bucket\{route="\/predict",le="([^"]+)"\}/gm)];
  return found.map(([, bound]) => String(bound));
}

test.each([
  [250, '0.25'],
  [120, '0.12'],
  [1000, '1'],
  [60_000, '60'],
  [1, '0.001'],
])('an objective of %i ms is a bound of the histogram, once and in order', async (latencyMs, bound) => {
  const found = await bounds(latencyMs);
  expect(found.filter((one) => one === bound)).toHaveLength(1);
  expect(found.map(Number).slice(0, -1)).toEqual(
    found
      .map(Number)
      .slice(0, -1)
      .sort((a, b) => a - b),
  );
  expect(found.at(-1)).toBe('+Inf');
});

test('without one the default is', async () => {
  expect(await bounds()).toContain('0.25');
});
