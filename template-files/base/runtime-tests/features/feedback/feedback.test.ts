import { Registry } from 'prom-client';
import { createFeedback } from '../../../runtime/features/feedback/feedback.ts';
import { createFeedbackMetrics } from '../../../runtime/features/feedback/metrics.ts';
import { watchedOutputs } from '../../../runtime/inference/watched.ts';
import { serving } from '../../helpers/serving.ts';

const MEMORY = { maxPredictions: 10, ttlMs: 1000 };
const answer = (data: Float32Array, dims: number[]) => [
  { outputs: [{ dims, data }], firstRow: 0, rows: dims[0] ?? 0, queuedMs: 0, runMs: 0 },
];

test('amounts are compared by their difference', async () => {
  const registry = new Registry();
  const contract = serving({
    model: { ...serving().model, type: 'tabular-regression' },
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
  });
  const feedback = createFeedback(watchedOutputs(contract, [0]), createFeedbackMetrics(registry), MEMORY);
  feedback?.addVariant(0, '1');
  feedback?.addVariant(1, '2');
  feedback?.remember('a', [0], answer(Float32Array.of(1.5, 10), [2, 1]), performance.now());
  feedback?.give('a', 0, 1);
  feedback?.give('a', 1, 12);
  feedback?.give('b', 0, 1);
  const text = await registry.metrics();
  expect(text).toContain('ml_serving_feedback_absolute_error_sum{variant="main",version="1"} 2.5\n');
  expect(text).toContain('ml_serving_feedback_absolute_error_count{variant="main",version="1"} 2\n');
  expect(text).toContain('ml_serving_feedback_total{outcome="unmatched"} 1\n');
  // 1.5 for 1 and 10 for 12: squares, and what was too high and too low.
  expect(text).toContain('squared_error_total{variant="main",version="1"} 4.25\n');
  expect(text).toContain('directed_error_total{direction="over",variant="main",version="1"} 0.5\n');
  expect(text).toContain('directed_error_total{direction="under",variant="main",version="1"} 2\n');
  expect(text).toContain('absolute_error_count{variant="candidate",version="2"} 0\n');
});

test('the class is what the model’s own label output says', () => {
  const contract = serving({
    outputs: [
      { name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['no', 'yes'] },
      { name: 'label', datatype: 'INT64', shape: [-1], classes: ['0', '1'] },
    ] as never,
  });
  const feedback = createFeedback(watchedOutputs(contract, [0, 1]), createFeedbackMetrics(new Registry()), MEMORY);
  const outputs = [
    { dims: [1, 2], data: Float32Array.of(0.6, 0.4) },
    { dims: [1], data: BigInt64Array.of(1n) },
  ];
  const answers = [{ outputs, firstRow: 0, rows: 1, queuedMs: 0, runMs: 0 }];
  feedback?.remember('a', [0, 1], answers, performance.now());
  expect(feedback?.give('a', 0, 1)).toEqual({ found: 'prediction', prediction: 1, variant: 0 });
});

test('predictions of several kinds have nothing to compare', () => {
  const outputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP32' as const, shape: [-1] }));
  const contract = serving({ model: { ...serving().model, type: 'custom' }, outputs });
  expect(
    createFeedback(watchedOutputs(contract, [0, 1]), createFeedbackMetrics(new Registry()), MEMORY),
  ).toBeUndefined();
});

describe('a truth that comes after its prediction was forgotten', () => {
  const late = (version: string, prediction = 0) => ({ prediction, version });
  function open() {
    const registry = new Registry();
    const feedback = createFeedback(watchedOutputs(serving(), [0]), createFeedbackMetrics(registry), MEMORY);
    if (!feedback) throw new Error('expected feedback');
    feedback.addVariant(0, '1');
    feedback.addVariant(1, '2');
    const counted = async (outcome: string, variant: string) =>
      Number(
        new RegExp(`feedback_total\\{outcome="${outcome}",variant="${variant}"[^}]*\\} (\\d+)`).exec(
          await registry.metrics(),
        )?.[1],
      );
    return { feedback, counted };
  }

  test('counts for the version of the log, once', async () => {
    const { feedback, counted } = open();
    expect(feedback.give('a', 0, 0, late('1'))).toEqual({ found: 'prediction', prediction: 0, variant: 0 });
    expect(feedback.give('a', 0, 0, late('1'))).toEqual({ found: 'taken' });
    expect(feedback.give('a', 1, 0, late('2', 1))).toMatchObject({ found: 'prediction', variant: 1 });
    expect(await Promise.all([counted('correct', 'main'), counted('wrong', 'candidate')])).toEqual([1, 1]);
  });

  test('is not counted where its version answers no clients', async () => {
    const { feedback, counted } = open();
    expect(feedback.give('a', 0, 0, late('0.9'))).toEqual({ found: 'other version' });
    expect(await Promise.all(['correct', 'wrong'].map((outcome) => counted(outcome, 'main')))).toEqual([0, 0]);
  });

  test('what the service remembers itself is believed more than the log', () => {
    const { feedback } = open();
    feedback.remember('a', [0], answer(Float32Array.of(0.2, 0.8), [1, 2]), performance.now());
    expect(feedback.give('a', 0, 1, late('1', 0))).toMatchObject({ found: 'prediction', prediction: 1 });
    expect(feedback.give('a', 0, 1, late('1', 0))).toEqual({ found: 'taken' });
  });
});
