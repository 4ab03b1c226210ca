import { defaultText } from '../../generators/questions/answers.ts';
import type { Question } from '../../generators/questions/question.ts';
import { questions } from '../../generators/questions/questions.ts';
import { parseSetFlags } from '../../generators/questions/set-flags.ts';
import { answersWith, context } from '../fixtures/template.ts';

test('every question can be set to the text of its default', () => {
  const known = answersWith();
  for (const question of questions as readonly Question[]) {
    const flag = `${question.name}=${defaultText(question, known, context)}`;
    expect(Object.keys(parseSetFlags([flag]))).toEqual([question.name]);
  }
});

test('the last flag of a key counts, and a value may hold an equals sign', () => {
  expect(parseSetFlags(['description=one', 'description=a = b'])).toEqual({ description: 'a = b' });
});

test('every bad flag is named', () => {
  expect(() => parseSetFlags(['name', 'moodel=1', 'ci=jenkins'])).toThrow(
    /--set name: expected key=value\n--set moodel: unknown key.*\n--set ci: expected one of github, gitlab, none; found "jenkins"/,
  );
});
