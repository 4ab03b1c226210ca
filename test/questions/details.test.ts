import { fromDetailPrompts, toDetailPrompts } from '../../generators/questions/details.ts';
import type { Interface, Unknown } from '../../generators/tensor.ts';

const columns: Unknown = { kind: 'columns', path: 'inputs[0].features', question: 'Names of the columns of x' };
const ranges: Unknown = { kind: 'ranges', path: 'inputs[0].features', question: 'Units and ranges of x' };
const labels: Unknown = { kind: 'labels', path: 'outputs[1].labels', question: 'Names of the classes' };
const whole: Interface = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2], features: [{ name: 'feature_0' }, { name: 'feature_1' }] }],
  outputs: [
    { name: 'label', datatype: 'BYTES', shape: [-1] },
    { name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['a', 'b'] },
  ],
};

/** The prompts' own names, with what is typed at each. */
const typed = (...texts: string[]) => Object.fromEntries(texts.map((text, index) => [`detail_${index}`, text]));
const promptsOf = (...unknown: Unknown[]) => toDetailPrompts(whole, unknown);

test('what the file says or what stands in for it is the default, and taken with Enter it changes nothing', () => {
  const unknown = [columns, ranges, labels];
  const prompts = toDetailPrompts(whole, unknown);
  const answers = typed(...prompts.map((prompt) => prompt.default({})));
  expect(Object.values(answers)).toEqual(['feature_0, feature_1', '', 'a, b']);
  expect(fromDetailPrompts(whole, unknown, answers)).toEqual(whole);
});

test('each answer is checked, with the answers before it', () => {
  const [names, notes] = promptsOf(columns, ranges);
  expect(names?.validate?.('a, b')).toBe(true);
  expect(names?.validate?.('a')).toContain('expected 2 columns');
  expect(names?.validate?.('a, a')).toContain('named twice');
  expect(names?.validate?.('__proto__, b')).toContain('JavaScript');
  expect(notes?.validate?.('feature_0 cm', typed('a, b'))).toContain('the name of no column');
  expect(notes?.validate?.('a cm 5..1', typed('a, b'))).toContain('above max');
  expect(notes?.validate?.('a cm 1..5', typed('a, b'))).toBe(true);
});

test('names, units and ranges end up at their columns', () => {
  const { inputs } = fromDetailPrompts(
    whole,
    [columns, ranges],
    typed('age, income', 'income EUR 0.., age years 0..120'),
  );
  expect(inputs[0]?.features).toEqual([
    { name: 'age', unit: 'years', min: 0, max: 120 },
    { name: 'income', unit: 'EUR', min: 0 },
  ]);
});

test('units and ranges of many inputs are one question', () => {
  const other = { ...ranges, path: 'inputs[1].features' };
  expect(promptsOf(ranges, other).map(({ message }) => message)).toEqual([
    expect.stringContaining('Units, ranges and categories of the columns'),
  ]);
});

test('classes with other names still come out of the model under their own', () => {
  const { outputs } = fromDetailPrompts(whole, [labels], typed('no, yes'));
  expect(outputs).toMatchObject([{ classes: ['a', 'b'] }, { labels: ['no', 'yes'] }]);
});

test('a free width and an unknown rank get their sizes', () => {
  const free: Interface = { ...whole, inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }] };
  expect(fromDetailPrompts(free, [columns], typed('a, b, c')).inputs[0]?.shape).toEqual([-1, 3]);
  const shape: Unknown = { kind: 'shape', path: 'inputs[0].shape', question: 'The sizes of x' };
  const [prompt] = toDetailPrompts(free, [shape]);
  for (const text of ['[-1, 0]', '[', 'x', '{}', '[*a]']) expect(prompt?.validate?.(text)).not.toBe(true);
  expect(fromDetailPrompts(free, [shape], typed('[-1, 3, 4]')).inputs[0]?.shape).toEqual([-1, 3, 4]);
});

test('pictures are scaled as one of the usual ways says; token counts are numbers', () => {
  const image: Unknown = { kind: 'image', path: 'inputs[0].image', question: 'How' };
  expect(fromDetailPrompts(whole, [image], typed('bytes')).inputs[0]?.image).toEqual({ scale: 1 });
  expect(fromDetailPrompts(whole, [image], typed('zero-to-one')).inputs[0]?.image).toBeUndefined();
  const picture: Interface = { ...whole, inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 224, 224] }] };
  const stepsOf = (answer: string, own = picture) => fromDetailPrompts(own, [image], typed(answer)).inputs[0]?.image;
  expect(stepsOf('imagenet')).toEqual({
    profile: 'torchvision',
    shorterSide: 256,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  });
  const free: Interface = { ...whole, inputs: [{ name: 'x', datatype: 'UINT8', shape: [-1, -1, -1, 3] }] };
  expect(stepsOf('imagenet', free)).toEqual({ profile: 'torchvision', size: [224, 224], shorterSide: 256 });
  expect(stepsOf('yolo', free)).toEqual({ profile: 'yolo', size: [640, 640] });
  const tokens: Unknown = { kind: 'tokens', path: 'inputs[0].text', question: 'Longest' };
  const [prompt] = promptsOf(tokens);
  expect(prompt?.validate?.('many')).toContain('whole number');
  expect(fromDetailPrompts(whole, [tokens], typed('128')).inputs[0]?.text).toEqual({ maxTokens: 128 });
});

test('the values of a label that stand for the classes are whole numbers', () => {
  const numbered: Interface = {
    ...whole,
    outputs: whole.outputs.map((output) =>
      output.name === 'label' ? { ...output, datatype: 'INT64', classes: [0, 1] } : output,
    ),
  };
  const classes: Unknown = { kind: 'classes', path: 'outputs[0].classes', question: 'The values of label' };
  const [prompt] = toDetailPrompts(numbered, [classes]);
  expect(prompt?.default({})).toBe('0, 1');
  expect(prompt?.validate?.('1, two')).toContain('"two" is no whole number');
  expect(fromDetailPrompts(numbered, [classes], typed('1, 2')).outputs[0]?.classes).toEqual([1, 2]);
});
