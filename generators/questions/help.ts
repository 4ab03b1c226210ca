import { offeredChoices } from './outdated.ts';
import type { Question } from './question.ts';
import { questions } from './questions.ts';

/** The questions for `--help`: a line each. */
export function questionsHelp(): string {
  return (questions as readonly Question[])
    .map((question) => {
      const known = valuesOf(question);
      const values = known.length > 0 ? ` (${known.join(', ')})` : '';
      return `  ${question.name.padEnd(14)} ${question.message}${values}`;
    })
    .join('\n');
}

/** The values that an answer can have, where they are a list. */
export function valuesOf(question: Question): readonly string[] {
  if (question.type === 'choice') return offeredChoices(question).map(({ value }) => value);
  return question.type === 'set' ? question.values : [];
}
