import { nearest } from './nearest.ts';
import type { Question } from './question.ts';
import { questions } from './questions.ts';

export function findQuestion(name: string): Question | undefined {
  return questions.find((question) => question.name === name);
}

/** What to say of a key that is no question, with the nearest one where there is one. */
export function unknownKeyMessage(key: string): string {
  const names = questions.map(({ name }) => name);
  const meant = nearest(key, names);
  if (meant !== undefined) return `unknown key; did you mean ${meant}?`;
  return `unknown key; the keys are ${names.join(', ')}`;
}
