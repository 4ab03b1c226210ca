import { pino } from 'pino';
import { Registry } from 'prom-client';
import { ServiceError } from '../../../runtime/errors.ts';
import { createVariantsMetrics } from '../../../runtime/features/variants/metrics.ts';
import { createReport } from '../../../runtime/features/variants/report.ts';
import type { ShadowAnswer } from '../../../runtime/inference/models.ts';

const candidate = { name: 'candidate', version: '2.0.0', sha256: '0'.repeat(64) } as const;
const answers = [{ outputs: [], firstRow: 0, rows: 1, queuedMs: 2, runMs: 3 }];

function setUp() {
  const seen: ShadowAnswer[] = [];
  const lines: string[] = [];
  const registry = new Registry();
  const report = createReport({
    series: createVariantsMetrics(registry),
    logger: pino({}, { write: (line: string) => lines.push(line) }),
    observers: [{ wants: (id) => id !== 'not in the sample', shadowed: (answer) => seen.push(answer) }],
    candidate,
    writeRows: () => '[1]',
    differenceOf: () => 0.25,
  });
  const call = (id: string) => ({ deadline: 0, id, label: '/predict' });
  return { seen, lines, registry, report, call };
}

test('an answer is shown with its outputs, its difference and its times', () => {
  const { seen, report, call } = setUp();
  report({ outcome: 'disagree', call: call('a'), fetch: [0], answers, others: answers, startedAt: performance.now() });
  expect(seen).toMatchObject([
    { id: 'a', route: '/predict', model: candidate, mode: 'shadow', outcome: 'disagree', difference: 0.25 },
  ]);
  expect(seen[0]).toMatchObject({ outputs: '[1]', queue: 2, run: 3, reason: undefined });
});

test('a failure has its code, is counted by it, and is logged once in a minute', async () => {
  const { seen, lines, registry, report, call } = setUp();
  const failed = (id: string, error: Error) =>
    report({ outcome: 'error', call: call(id), fetch: [0], answers, error, startedAt: performance.now() });
  failed('a', new ServiceError('TIMEOUT', 'no answer within 10000 ms'));
  failed('b', new Error('a defect'));
  expect(seen.map(({ reason, outputs, difference }) => [reason, outputs, difference])).toEqual([
    ['TIMEOUT', undefined, undefined],
    ['INTERNAL', undefined, undefined],
  ]);
  const text = await registry.metrics();
  expect(text).toContain('ml_serving_shadow_errors_total{reason="TIMEOUT"} 1');
  expect(text).toContain('ml_serving_shadow_errors_total{reason="INTERNAL"} 1');
  expect(text).toContain('ml_serving_shadow_total{outcome="error"} 2');
  expect(lines).toHaveLength(1);
});

test('what is not in the sample is counted, and not shown', async () => {
  const { seen, registry, report, call } = setUp();
  report({ outcome: 'skipped', call: call('not in the sample'), fetch: [0], answers });
  report({ outcome: 'skipped', call: call('a'), fetch: [0], answers });
  expect(seen).toMatchObject([{ id: 'a', outcome: 'skipped', totalMs: undefined, outputs: undefined }]);
  expect(await registry.metrics()).toContain('ml_serving_shadow_total{outcome="skipped"} 2');
});
