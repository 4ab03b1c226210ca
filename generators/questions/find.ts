import type { Question } from './question.ts';
import { questions } from './questions.ts';

export function findQuestion(name: string): Question | undefined {
  return questions.find((question) => question.name === name);
}

/** What to say of a key that is no question, with the nearest one where there is one. */
export function unknownKeyMessage(key: string): string {
  const nearest = questions
    .map((question) => ({
      name: question.name,
      distance: editDistance(key.toLowerCase(), question.name.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance)[0];
  // Of a key of one or two letters, two changes leave nothing: any other key would be near.
  if (nearest && nearest.distance <= 2 && nearest.distance <= key.length / 2)
    return `unknown key; did you mean ${nearest.name}?`;
  return `unknown key; the keys are ${questions.map((question) => question.name).join(', ')}`;
}

/** Levenshtein's distance, by rows (Wagner and Fischer, 1974). Long keys are cut: they are near to nothing anyway. */
function editDistance(a: string, b: string): number {
  const left = a.slice(0, 40);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? left.length;
}
