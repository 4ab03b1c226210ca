import type { Question } from './question.ts';
import { questions } from './questions.ts';

/** The questions for `--help`: a line each. */
export function questionsHelp(): string {
  return (questions as readonly Question[])
    .map((question) => {
      const values = question.type === 'choice' ? ` (${question.choices.map(({ value }) => value).join(', ')})` : '';
      return `  ${question.name.padEnd(14)} ${question.message}${values}`;
    })
    .join('\n');
}
