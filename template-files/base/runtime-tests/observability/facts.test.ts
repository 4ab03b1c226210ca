import { Registry } from 'prom-client';
import { exportFacts, memoryLimit } from '../../runtime/observability/facts.ts';

const exported = async (days: { templateReleased?: string; modelReleased?: string }) => {
  const registry = new Registry();
  const { templateReleased, modelReleased } = days;
  exportFacts(registry, { templateVersion: '1.2.3', templateReleased, modelReleased, cpuCores: 1.5 });
  return registry.metrics();
};

test('days are seconds since 1970', async () => {
  const text = await exported({ templateReleased: '2026-11-22', modelReleased: '2026-01-01' });
  expect(text).toContain('ml_serving_template_info{version="1.2.3"} 1\n');
  expect(text).toContain('ml_serving_template_released_timestamp_seconds 1795305600\n');
  expect(text).toContain('ml_serving_model_released_timestamp_seconds 1767225600\n');
  expect(text).toContain('ml_serving_cpu_limit_cores 1.5\n');
});

test('a day that nobody wrote, or that is none, is not exported', async () => {
  expect(await exported({ modelReleased: '2026-13-01' })).not.toContain('released');
});

test.each([
  [undefined, 100],
  [0, 100],
  [2 ** 63, 100],
  [50, 50],
])('with a limit of %p of 100 bytes there are %p', (constrained, limit) => {
  expect(memoryLimit(constrained, 100)).toBe(limit);
});
