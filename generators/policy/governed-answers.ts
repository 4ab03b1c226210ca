import { parseAnswers, parseValue } from '../questions/answers.ts';
import type { Data } from '../questions/data.ts';
import { type Pattern, parsePattern, refers } from '../questions/pattern.ts';
import type { Parsed } from '../questions/problem.ts';
import type { Question } from '../questions/question.ts';
import type { Answers } from '../questions/questions.ts';

/** Answers that hold for many repositories: a text may follow what is answered in each. */
export type GovernedAnswers = { readonly [Key in keyof Answers]?: Answers[Key] | Pattern };

/** @returns the answers, or every problem, by the path from where they stand */
export function parseGoverned(data: Data): Parsed<GovernedAnswers> {
  return parseAnswers<GovernedAnswers>(data, parseOne);
}

function parseOne(question: Question, value: unknown): Parsed<Answers[keyof Answers] | Pattern> {
  const follows = question.type === 'text' && typeof value === 'string' && refers(value);
  return follows ? parsePattern(question, value) : parseValue(question, value);
}
