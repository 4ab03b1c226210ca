import { setTimeout as sleep } from 'node:timers/promises';
import { createMetrics } from '../../runtime/observability/metrics.ts';

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

test('of a very wide table the last columns share their series', async () => {
  const metrics = createMetrics(Array.from({ length: 5000 }, (_, i) => `column_${i}`));
  metrics.invalid('column_0', 'missing');
  for (let i = 200; i < 5000; i++) metrics.invalid(`column_${i}`, 'missing');
  const text = await metrics.registry.metrics();
  expect(text).toContain('ml_serving_input_invalid_total{feature="column_0",reason="missing"} 1\n');
  expect(text).toContain('ml_serving_input_invalid_total{feature="_other",reason="missing"} 4800\n');
  expect(text.match(/^ml_serving_input_invalid_total\{/gm)).toHaveLength(201 * 5);
});

test('a main thread that works is told from one that waits', async () => {
  const { registry } = createMetrics([]);
  const active = async () =>
    Number(/^ml_serving_event_loop_active_seconds_total (\S+)$/m.exec(await registry.metrics())?.[1]);
  // On a machine that has much to do a turn of the loop takes its time without any work: the best of some counts.
  const waits: number[] = [];
  while (waits.length < 10 && !(Math.min(...waits) < 0.15)) {
    const start = await active();
    await sleep(200);
    waits.push((await active()) - start);
  }
  const waited = await active();
  const until = performance.now() + 200;
  while (performance.now() < until);
  // The loop counts a turn when it is over.
  await sleep(1);
  const worked = await active();
  expect(Math.min(...waits)).toBeLessThan(0.15);
  expect(worked - waited).toBeGreaterThan(0.19);
  expect(await registry.metrics()).toContain('# TYPE ml_serving_event_loop_active_seconds_total counter\n');
});
