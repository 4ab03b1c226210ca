import { parseAnswersFile } from '../../generators/questions/answers-file.ts';
import { unknownKeyMessage } from '../../generators/questions/find.ts';
import type { LinePrompt } from '../../generators/questions/prompts.ts';
import { toPrompts } from '../../generators/questions/prompts.ts';
import { parseSetFlags } from '../../generators/questions/set-flags.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import type { TensorSpec } from '../../generators/tensor.ts';

const sample: { inputs: TensorSpec[]; outputs: TensorSpec[] } = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2], labels: ['no', 'yes'] }],
};
const context = { directoryName: 'x', sample: () => sample };
const settle =
  (...flags: string[]) =>
  () =>
    settleAnswers(parseSetFlags(flags), context);
const refused = (message: string) =>
  expect.objectContaining({ code: 'ANSWERS_INVALID', message: expect.stringContaining(message) });

test.each([
  ['outputs=y:BYTES[-1,2]{a,b}', 'outputs: a tabular-classification model needs exactly one output with labels'],
  ['outputs=y:FP32[-1,-1]{a,b}', 'outputs[0].labels: 2 labels need a shape such as [-1, 2]'],
  ['outputs=y:FP32[3]{a,b,c}', 'outputs[0].labels: 3 labels need a shape'],
  ['outputs=y:FP32[-1,2]{__proto__,b}', 'outputs[0].labels[0]: "__proto__" has a meaning in JavaScript'],
  ['inputs=x:FP32[-1,2]{constructor,b}', 'inputs[0].features[0]: "constructor" has a meaning'],
  ['inputs=x:FP32[-1,-1]{a,b}', 'inputs[0].features: 2 columns need a shape'],
  ['inputs=x:FP32[4]{a,b,c,d}', 'inputs[0].features: 4 columns need a shape'],
  ['inputs=x:FP32[-1,3,4]', 'inputs[0].shape: a tabular model takes'],
  ['inputs=x:FP32[4]', 'inputs[0].shape: a tabular model takes'],
  ['inputs=x:FP32[]', 'inputs[0].shape: a tabular model takes'],
  ['inputs=x:FP32[-1,1]{a}; z:FP32[-1,1]{a}', 'inputs[1].features[0]: "a" is the name of another column'],
  [
    'inputs=[{name: x, datatype: BYTES, shape: [-1, 1], features: [{name: a, min: 1}]}]',
    'features[0].min: is for numbers',
  ],
  [
    'inputs=x:FP32[-1,9007199254740991]',
    'inputs[0].shape: the fixed axes hold 9007199254740991 elements; at most 16777216',
  ],
  ['inputs=x:FP32[-1,100000,100000]', 'inputs[0].shape: the fixed axes hold 10000000000 elements'],
  [
    'inputs=x:FP64[-1,16777216]; y:FP64[-1,16777216]',
    'inputs: one row has 268435456 bytes as binary tensors; a request holds at most 268435456',
  ],
  [
    'inputs=x:INT8[-1,16777216]; y:INT8[-1,16777216]',
    'inputs: one row has 33554432 elements; a golden sample lists at most 16777216',
  ],
  ['registry=ghcr.io:65536/team', 'has the port 65536'],
  ['inputs=x\u2028:FP32[-1,2]', 'inputs[0].name: expected a name'],
  ['inputs=x\ud800:FP32[-1,2]', 'inputs[0].name: expected a name'],
])('--set %s is refused with its place and reason', (flag, message) => {
  expect(settle(flag)).toThrow(refused(message));
});

test.each(['outputs=y:FP32[-1,2]; z:FP32[-1,1]', 'outputs=y:BYTES[-1,1]'])(
  'a regression with %s is refused',
  (flag) => {
    expect(settle('modelType=tabular-regression', flag)).toThrow(refused('outputs'));
  },
);

test('what a registry and a line in a file may be', () => {
  expect(settle('registry=localhost:5000/team')()).toMatchObject({ registry: 'localhost:5000/team' });
  expect(parseAnswersFile('description: "  padded  "\n', 'a.yaml')).toEqual({ description: 'padded' });
});

test('sixty thousand keys are refused at once, in a few lines', () => {
  const many = Array.from({ length: 60_000 }, (_, i) => `key${i}: 1`).join('\n');
  expect(() => parseAnswersFile(many, 'a.yaml')).toThrow(refused('60000 keys; expected at most 100'));
});

test('after twenty problems the rest is counted', () => {
  const some = Array.from({ length: 90 }, (_, i) => `zzzzzz${i}: 1`).join('\n');
  expect(() => parseAnswersFile(some, 'a.yaml')).toThrow(refused('and 70 more'));
});

test('only a key that is near to another is taken for it', () => {
  expect(unknownKeyMessage('nmae')).toContain('did you mean name?');
  for (const key of ['1', '<<', '', 'zz', 'x']) expect(unknownKeyMessage(key)).not.toContain('did you mean');
});

const promptOf = (name: string, given = {}, directoryName = 'x') =>
  toPrompts(given, { ...context, directoryName }).find((prompt) => prompt.name === name) as LinePrompt;

test('answers that do not fit together are told at the prompt of the later one', () => {
  const { validate } = promptOf('outputs');
  const answered = { modelType: 'tabular-classification', inputs: 'x:FP32[-1,2]{a,b}' };
  expect(validate?.('y:FP32[-1,2]', answered)).toContain('exactly one output with labels');
  expect(validate?.('y:FP32[2,2]{no,yes}', answered)).toContain('exactly one output with labels');
  expect(validate?.('y:FP32[-1,2]{no,yes}', answered)).toBe(true);
  expect(promptOf('inputs').validate?.('x:FP32[-1,3,4]', answered)).toContain('a tabular model takes');
  expect(promptOf('outputs', { modelType: 'custom' }).validate?.('y:FP32[-1,2]', { inputs: answered.inputs })).toBe(
    true,
  );
});

test.each([
  ['Bad Dir', 'bad-dir'],
  ['fine', 'fine'],
  ['日本', 'my-model'],
])('for %s the name %s is proposed', (directory, name) => {
  const prompt = promptOf('name', {}, directory);
  expect(prompt.default({})).toBe(name);
  expect(prompt.validate?.(name)).toBe(true);
});
