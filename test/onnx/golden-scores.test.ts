import { withGoldenScores } from '../../generators/onnx/golden-scores.ts';
import { takeIn } from '../../generators/onnx/intake.ts';
import { modelPath } from './fixtures.ts';

const { schema } = takeIn(modelPath('crafted/logits'));
const golden = (prediction: object) => JSON.stringify({ tolerance: 1e-5, samples: [{ instance: [0, 0], prediction }] });
const activations = (prediction: object, proposed = schema) =>
  withGoldenScores(proposed, golden(prediction)).outputs.map(({ activation }) => activation);

it('answers with probabilities say that scores are to become some', () => {
  expect(activations({ label: 'a', probabilities: { a: 0.75, b: 0.25, c: 0 } })).toEqual(['softmax', undefined]);
  const many = { ...schema, outputs: schema.outputs.map((output) => ({ ...output, multiLabel: true })) };
  expect(activations({ labels: ['a'], probabilities: { a: 0.75, b: 0.75, c: 0 } }, many)[0]).toBe('sigmoid');
});

it('answers with scores that are called probabilities say that they are to be called so', () => {
  const { outputs, unknown } = withGoldenScores(schema, golden({ probabilities: { a: 3, b: -2, c: 0 } }));
  expect(outputs[0]).not.toHaveProperty('activation');
  expect(unknown.some(({ kind }) => kind === 'activation')).toBe(false);
});

it('other answers say nothing', () => {
  expect(withGoldenScores(schema, golden({ label: 'a', scores: { a: 3, b: -2, c: 0 } }))).toBe(schema);
  const sure = takeIn(modelPath('zipmap-int/model')).schema;
  expect(withGoldenScores(sure, golden({ probabilities: { a: 1 } }))).toBe(sure);
});
