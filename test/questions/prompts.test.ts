import { fromPrompts, type LinePrompt, type Typed, toPrompts } from '../../generators/questions/prompts.ts';
import type { Question } from '../../generators/questions/question.ts';
import { questions } from '../../generators/questions/questions.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { answersWith, context } from '../fixtures/template.ts';

test('what was given is not asked again', () => {
  const names = toPrompts({ name: 'abc', ci: 'none' }, context).map((prompt) => prompt.name);
  const asked = (questions as readonly Question[]).filter((question) => question.asked !== false);
  expect(names).toEqual(asked.map((question) => question.name).filter((name) => name !== 'name' && name !== 'ci'));
});

test('what few people change is never asked, and takes its default from what was', () => {
  const names = toPrompts({}, context).map((prompt) => prompt.name);
  expect(names.length).toBeLessThanOrEqual(13);
  expect(names).not.toContain('namespace');
  expect(answersWith({ name: 'churn' })).toMatchObject({ namespace: 'churn', host: 'churn.example.com' });
});

test('defaults that are taken give the same answers as --yes, with units and ranges', () => {
  const typed: Record<string, Typed> = {};
  for (const prompt of toPrompts({}, context)) typed[prompt.name] = prompt.default(typed);
  expect(settleAnswers(fromPrompts(typed, {}, context), context)).toEqual(answersWith());
});

test('a prompt says what is wrong with what was typed', () => {
  const prompt = toPrompts({}, context).find(({ name }) => name === 'inputs') as LinePrompt;
  expect(prompt?.validate?.('x:FLOAT[1]')).toMatch(/^inputs\[0\]\.datatype: expected one of/);
  expect(prompt?.validate?.('x:FP32[-1,1]')).toBe(true);
});
