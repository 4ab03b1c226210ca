import { defaultText, type GivenAnswers, parseText } from './answers.ts';
import { formatPath } from './problem.ts';
import type { Known, Question, QuestionContext } from './question.ts';
import { questions } from './questions.ts';

/** A prompt in inquirer's terms, as far as they are used. */
export interface Prompt {
  readonly type: 'input' | 'select';
  readonly name: string;
  readonly message: string;
  readonly default: (answered: object) => string;
  readonly choices?: readonly { readonly value: string; readonly name: string }[];
  readonly validate?: (text: string) => true | string;
}

/** The prompts for all questions that have no answer yet. */
export function toPrompts(given: GivenAnswers, context: QuestionContext): Prompt[] {
  return (questions as readonly Question[])
    .filter((question) => !(question.name in given))
    .map((question) => ({
      name: question.name,
      message: question.message,
      default: (answered: object) => defaultText(question, { ...given, ...answered } as Known, context),
      ...(question.type === 'choice'
        ? { type: 'select', choices: question.choices.map(({ value, label }) => ({ value, name: label })) }
        : { type: 'input', validate: (text: string) => validate(question, text) }),
    }));
}

function validate(question: Question, text: string): true | string {
  const parsed = parseText(question, text);
  if (!('problems' in parsed)) return true;
  return parsed.problems.map((problem) => `${formatPath(problem.path)}: ${problem.message}`).join('; ');
}

/** Reads what was typed. An untouched default is taken whole, with the units and ranges its one-line form leaves out. */
export function fromPrompts(
  typed: Readonly<Record<string, string>>,
  given: GivenAnswers,
  context: QuestionContext,
): GivenAnswers {
  const answers: Record<string, unknown> = { ...given };
  for (const question of questions as readonly Question[]) {
    const text = typed[question.name];
    if (text === undefined) continue;
    const parsed = parseText(question, text);
    if ('problems' in parsed) throw new Error(`The prompt for ${question.name} let an invalid answer through`);
    const untouched = text === defaultText(question, answers as Known, context);
    answers[question.name] = untouched ? question.default(answers as Known, context) : parsed.value;
  }
  return answers as GivenAnswers;
}
