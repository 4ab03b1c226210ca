import type { GivenAnswers } from './answers.ts';
import { DEFAULT_FEATURES, neededFeatures, neededText } from './features.ts';
import type { QuestionContext } from './question.ts';
import type { Answers } from './questions.ts';

/** What was added to the features that were given, and why. */
export function neededLines(given: GivenAnswers, { features }: Answers, context: QuestionContext): string[] {
  const named = given.features ?? (context.defaults?.['features'] as Answers['features'] | undefined);
  return neededFeatures(named ?? DEFAULT_FEATURES, features, context.features).map(neededText);
}
