import type { Serving } from '../../src/contract/serving.ts';
import type { RunMessage } from '../../src/inference/messages.ts';
import { checkAnswerShapes, unreadLabelWarning } from '../../src/inference/release.ts';
import { serving } from '../helpers/serving.ts';

const block = { rows: 1, key: '', tensors: [{ dims: [1, 2], data: Float32Array.of(1, 2) }] };
const { batching } = serving();

/** Tries a model that answers every run in the shapes given. */
async function check(contract: Serving, answers: number[][], sampled = true) {
  const asked: RunMessage[] = [];
  const pool = {
    run(message: RunMessage) {
      asked.push(message);
      const tensors = answers.map((dims) => ({ dims, data: new Float32Array() }));
      return Promise.resolve({ kind: 'done', tensors, ms: 1 } as const);
    },
  };
  await checkAnswerShapes(pool, contract, block, sampled);
  return asked;
}

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'MODEL_MISMATCH', message: expect.stringMatching(message) });

test('two rows are asked for in one run, and answered in the promised shape', async () => {
  const [asked] = await check(serving(), [[2, 2]]);
  expect(asked).toMatchObject({ fetch: [0], tensors: [{ dims: [2, 2], data: Float32Array.of(1, 2, 1, 2) }] });
});

test.each([
  [
    'an axis that is not the batch',
    [1, 2],
    /"p" to be \[2, 2\] for 2 rows of input, found \[1, 2\]\. Its first axis is not/,
  ],
  [
    'a narrower axis of classes',
    [2, 1],
    /outputs\[0\]\.shape: expected "p" to be \[2, 2\] .*, found \[2, 1\]\. That is what/,
  ],
  ['a wider axis of classes', [2, 3], /found \[2, 3\]/],
])('%s is a mismatch that names the output and both shapes', async (_, dims, message) => {
  await expect(check(serving(), [dims])).rejects.toEqual(refusal(message));
});

test('every output that does not fit is named', async () => {
  const outputs: Serving['outputs'] = [
    { name: 'label', datatype: 'INT64', shape: [-1] },
    ...serving().outputs,
    { name: 'other', datatype: 'FP32', shape: [-1, 4] },
  ];
  const wrong = check(serving({ outputs }), [[2], [2, 1], [2, 5]]);
  await expect(wrong).rejects.toEqual(refusal(/outputs\[1\]\.shape.*\n.*outputs\[2\]\.shape/));
});

test('where runs are never shared, one row is tried', async () => {
  const alone = serving({ batching: { ...batching, maxBatchSize: 1 } });
  const [asked] = await check(alone, [[5, 2]]);
  expect(asked?.tensors[0]?.dims).toEqual([1, 2]);
  await expect(check(alone, [[1, 1]])).rejects.toEqual(refusal(/"p" to be \[-1, 2\], found \[1, 1\]/));
});

test('zeros in the place of free axes show nothing but the rows', async () => {
  const free = serving({ inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }] });
  await expect(check(free, [[2, 1]], false)).resolves.toHaveLength(1);
  await expect(check(free, [[1, 1]], false)).rejects.toEqual(refusal(/first axis/));
  await expect(check(free, [[2, 1]])).rejects.toEqual(refusal(/found \[2, 1\]/));
});

test('a run that fails shows no shapes', async () => {
  const run = () => Promise.resolve({ kind: 'failed', message: 'no' } as const);
  await expect(checkAnswerShapes({ run }, serving(), block, true)).resolves.toBeUndefined();
});

test('a label of the model that does not decide is said', () => {
  const own = { name: 'label', datatype: 'INT64', shape: [-1] } as const;
  const withOwn = (...more: Serving['outputs']) => serving({ outputs: [...more, ...serving().outputs] });
  expect(unreadLabelWarning(serving())).toBeUndefined();
  expect(unreadLabelWarning(withOwn({ ...own, classes: [0, 1] }))).toBeUndefined();
  expect(unreadLabelWarning(withOwn({ ...own, datatype: 'BYTES' }))).toBeUndefined();
  expect(unreadLabelWarning(withOwn(own))).toMatch(/in output "label": list its values/);
  expect(unreadLabelWarning(withOwn({ ...own, classes: [0, 1] }, { ...own, name: 'b' }))).toContain('"label", "b"');
  const custom = { ...serving().model, type: 'custom' as const };
  expect(unreadLabelWarning({ ...withOwn(own), model: custom })).toBeUndefined();
});
