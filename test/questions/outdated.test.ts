import { questionsHelp } from '../../generators/questions/help.ts';
import { offeredChoices, outdatedAnswers } from '../../generators/questions/outdated.ts';
import { toPrompts } from '../../generators/questions/prompts.ts';
import type { ChoiceQuestion } from '../../generators/questions/question.ts';
import { questions } from '../../generators/questions/questions.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { context } from '../fixtures/template.ts';

/* Node.js 20 has reached its end of life: who has it keeps it, with a warning, and nobody is offered it. */

const node = questions.find(({ name }) => name === 'node') as ChoiceQuestion;

test('the prompt and the help offer what is supported', () => {
  const prompt = toPrompts({}, context).find(({ name }) => name === 'node');
  expect(prompt).toMatchObject({ type: 'select', choices: [{ value: '24' }, { value: '22' }] });
  expect(offeredChoices(node).map(({ value }) => value)).toEqual(['24', '22']);
  expect(questionsHelp()).toMatch(/^ {2}node .*\(24, 22\)$/m);
});

test('an answer of before still counts, and says what to do', () => {
  const answers = settleAnswers({ node: '20' }, context);
  expect(answers.node).toBe('20');
  expect(outdatedAnswers(answers)).toEqual([
    'node is 20: Node.js 20 has reached its end of life and gets no security fixes. Choose one of 24, 22 with --set node=24',
  ]);
  expect(outdatedAnswers({ ...answers, node: '22' })).toEqual([]);
});
