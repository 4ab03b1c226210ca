import type { OutputSpec } from '../../../runtime/contract/serving.ts';
import { findScoreProblem, scoreFindingText } from '../../../runtime/inference/trial/scores.ts';
import { serving } from '../../helpers/serving.ts';

const find = (runs: number[][], keys: Partial<OutputSpec> = {}) => {
  const outputs = [{ ...serving().outputs[0], ...keys }] as OutputSpec[];
  const answers = runs.map((run) => [{ dims: [run.length / 2, 2], data: Float32Array.from(run) }]);
  return findScoreProblem(serving({ outputs }), answers);
};

test.each([
  ['probabilities', [[0.25, 0.75]], {}],
  ['probabilities that were rounded', [[0.2539, 0.7539]], {}],
  ['probabilities of labels by themselves', [[0.9, 0.8]], { multiLabel: true }],
  ['scores that are answered as such', [[-3, 4]], { activation: 'none' }],
  ['scores that a step makes probabilities of', [[-3, 4]], { activation: 'softmax' }],
  ['scores that look like probabilities in one run by chance', [[0.5, 0.5]], { activation: 'softmax' }],
  ['no numbers', [[Number.NaN, 0]], {}],
  ['nothing', [], {}],
] as const)('%s are no problem', (_, runs, keys) => {
  expect(
    find(
      runs.map((run) => [...run]),
      keys,
    ),
  ).toBeUndefined();
});

test('a value below 0 and rows that do not add up to 1 are scores', () => {
  expect(find([[0.25, 0.75, -2, 3]])).toMatchObject({ activation: 'none', what: expect.stringMatching(/one is -2/) });
  expect(find([[0.9, 0.9]])).toMatchObject({ what: expect.stringMatching(/add up to 1\.8/) });
  expect(find([[1.5, 0.1]], { multiLabel: true })).toMatchObject({ steps: ['sigmoid'] });
});

test('the text says what was found and what to write', () => {
  const text = scoreFindingText(find([[-2, 3]]) as never);
  expect(text).toMatch(
    /^the values of "p" are not probabilities: one is -2 in a trial run\. In serving\.yaml, outputs\[0\]/,
  );
  expect(text).toMatch(/softmax \(one class of several applies\) or sigmoid \(each label by itself\)/);
});

test('a step over probabilities is named: they would become other ones', () => {
  const finding = find(
    [
      [0.25, 0.75],
      [0.5, 0.5],
    ],
    { activation: 'softmax' },
  );
  expect(finding).toMatchObject({ activation: undefined });
  expect(scoreFindingText(finding as never)).toMatch(/are probabilities already.*: remove outputs\[0\]\.activation/);
});

test('models that are no classifiers have no probabilities', () => {
  const model = { ...serving().model, type: 'custom' as const };
  expect(findScoreProblem(serving({ model }), [[{ dims: [1, 2], data: Float32Array.of(-1, 5) }]])).toBeUndefined();
});
