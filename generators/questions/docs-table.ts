import { defaultText } from './answers.ts';
import { valuesOf } from './help.ts';
import type { Question, QuestionContext } from './question.ts';
import { questions } from './questions.ts';

/** The questions as a Markdown table for `docs/CLI.md`; the defaults are those of `create-ml-serving my-model --yes`. */
export function questionsTable(context: QuestionContext): string {
  const known = { name: 'my-model', modelType: 'tabular-classification', owner: 'ml-team', ci: 'github' } as const;
  const rows = (questions as readonly Question[]).map((question) => [
    `\`${question.name}\``,
    question.layer,
    question.asked === false ? 'no' : 'yes',
    valuesOf(question)
      .map((value) => `\`${value}\``)
      .join(', ') || question.type,
    `\`${defaultText(question, known, context)}\``,
    `${question.message}. ${question.help}`,
  ]);
  const header = ['key', 'layer', 'asked', 'values', 'default', 'meaning'];
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
