import { completeAnswers, parseText, parseValue } from '../../generators/questions/answers.ts';
import { findQuestion } from '../../generators/questions/find.ts';
import type { Question } from '../../generators/questions/question.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { answersWith, context } from '../fixtures/template.ts';

const question = (name: string) => findQuestion(name) as Question;

test('the defaults follow the directory and earlier answers', () => {
  expect(answersWith({ owner: 'fraud', ci: 'gitlab' })).toMatchObject({
    name: 'my-model',
    modelName: 'my-model',
    modelType: 'tabular-classification',
    contact: 'fraud@example.com',
    registry: 'registry.gitlab.com/fraud',
    inputs: [{ name: 'x', features: [{ name: 'a', unit: 'cm', min: 0, max: 10 }, { name: 'b' }] }],
  });
});

test('a directory that is no valid name is an error with a way out', () => {
  expect(() => settleAnswers({}, { ...context, directoryName: 'My Model' })).toThrow(
    /^name: "My Model" must be .*taken from the directory; give another with --set name=my-model/,
  );
});

test('a number where YAML ate the quotes is said to be one', () => {
  expect(parseValue(question('modelVersion'), 1.1)).toEqual({
    problems: [{ path: ['modelVersion'], message: 'expected text, found 1.1; put it in quotes' }],
  });
});

test('a release line may be a number', () => {
  expect(parseValue(question('node'), 22)).toEqual({ value: '22' });
});

test('tensors come as compact text, as JSON, or as YAML flow', () => {
  const value = [{ name: 'x', datatype: 'FP32', shape: [-1, 1], labels: ['a'] }];
  expect(parseText(question('outputs'), 'x:FP32[-1,1]{a}')).toEqual({ value });
  expect(parseText(question('outputs'), JSON.stringify(value))).toEqual({ value });
  expect(parseText(question('outputs'), '[{name: x, datatype: FP32, shape: [-1, 1], labels: [a]}]')).toEqual({ value });
});

test('a billion laughs are refused', () => {
  const bomb = '[&a [x, x], &b [*a, *a], &c [*b, *b]]';
  expect(parseText(question('inputs'), bomb)).toMatchObject({ problems: [{ path: ['inputs'] }] });
});

test('a classifier without labels is refused, a custom model is not', () => {
  const outputs = [{ name: 'p', datatype: 'FP32', shape: [-1, 2] }] as const;
  expect(completeAnswers({ outputs }, context)).toMatchObject({ problems: [{ path: ['outputs'] }] });
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }] as const;
  expect(completeAnswers({ modelType: 'custom', inputs, outputs }, context)).toMatchObject({ value: { outputs } });
});
