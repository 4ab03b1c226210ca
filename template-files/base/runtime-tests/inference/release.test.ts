import type { Serving } from '../../runtime/contract/serving.ts';
import type { RunMessage } from '../../runtime/inference/messages.ts';
import { checkAnswerShapes, unreadLabelWarning } from '../../runtime/inference/release.ts';
import { serving } from '../helpers/serving.ts';

const block = { rows: 1, key: '', tensors: [{ dims: [1, 2], data: Float32Array.of(1, 2) }] };
/** In the place of a size: as many as rows were asked for. */
const ROWS = -1;

/** Tries a model that answers every run in the shapes given. */
async function check(contract: Serving, answers: number[][], sampled = true) {
  const asked: RunMessage[] = [];
  const pool = {
    run(message: RunMessage) {
      asked.push(message);
      const rows = message.tensors[0]?.dims[0] ?? 0;
      const tensors = answers.map((dims) => ({
        dims: dims.map((size) => (size === ROWS ? rows : size)),
        data: new Float32Array(),
      }));
      return Promise.resolve({ kind: 'done', tensors, ms: 1 } as const);
    },
  };
  await checkAnswerShapes(pool, contract, block, sampled);
  return asked;
}

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'MODEL_MISMATCH', message: expect.stringMatching(message) });

test('two rows and three are asked for in one run, and answered in the promised shape', async () => {
  const [two, three] = await check(serving(), [[ROWS, 2]]);
  expect(two).toMatchObject({ fetch: [0], tensors: [{ dims: [2, 2], data: Float32Array.of(1, 2, 1, 2) }] });
  expect(three).toMatchObject({ fetch: [0], tensors: [{ dims: [3, 2], data: Float32Array.of(1, 2, 1, 2, 1, 2) }] });
});

test.each([
  [
    'an axis that is not the batch',
    [1, 2],
    /"p" to be \[2, 2\] for 2 rows of input, found \[1, 2\]\. Its first axis is not/,
  ],
  [
    'a narrower axis of classes',
    [ROWS, 1],
    /outputs\[0\]\.shape: expected "p" to be \[2, 2\] .*, found \[2, 1\]\. That is what/,
  ],
  ['a wider axis of classes', [ROWS, 3], /found \[2, 3\]/],
  [
    'an axis that has as many as two rows by chance',
    [2, 2],
    /for 3 rows of input, found \[2, 2\]\. Its first axis is not/,
  ],
])('%s is a mismatch that names the output and both shapes', async (_, dims, message) => {
  await expect(check(serving(), [dims])).rejects.toEqual(refusal(message));
});

test('every output that does not fit is named', async () => {
  const outputs: Serving['outputs'] = [
    { name: 'label', datatype: 'INT64', shape: [-1] },
    ...serving().outputs,
    { name: 'other', datatype: 'FP32', shape: [-1, 4] },
  ];
  const wrong = check(serving({ outputs }), [[ROWS], [ROWS, 1], [ROWS, 5]]);
  await expect(wrong).rejects.toEqual(refusal(/outputs\[1\]\.shape.*\n.*outputs\[2\]\.shape/));
});

test.each([
  ['of one row', { maxBatchSize: 1 }],
  ['off', { mode: 'off' as const }],
])(
  'with batching %s a request still has several rows: an output without them is refused, not cut',
  async (_, changes) => {
    const alone = serving({ batching: { ...serving().batching, ...changes } });
    await expect(check(alone, [[ROWS, 2]])).resolves.toHaveLength(2);
    await expect(check(alone, [[5, 2]])).rejects.toEqual(
      refusal(/found \[5, 2\]\. Its first axis is not.*perRow: false/),
    );
  },
);

test('an output that is declared to have no rows is served in the shape that it has', async () => {
  const outputs = [{ name: 'p', datatype: 'FP32', shape: [-1, 2], perRow: false }] as const;
  const [asked] = await check(serving({ outputs }), [[5, 2]]);
  expect(asked?.tensors[0]?.dims).toEqual([1, 2]);
});

test('zeros in the place of free axes show nothing but the rows', async () => {
  const free = serving({ inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }] });
  await expect(check(free, [[ROWS, 1]], false)).resolves.toHaveLength(2);
  await expect(check(free, [[1, 1]], false)).rejects.toEqual(refusal(/first axis/));
  await expect(check(free, [[ROWS, 1]])).rejects.toEqual(refusal(/found \[2, 1\]/));
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
