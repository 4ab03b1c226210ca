import { ServingError } from '../errors.ts';
import { completeAnswers, type GivenAnswers } from './answers.ts';
import { type Locks, refuseLocked } from './locks.ts';
import { firstLines, formatPath, type Problem } from './problem.ts';
import type { QuestionContext } from './question.ts';
import type { Answers } from './questions.ts';
import { suggestName } from './text-rules.ts';

/**
 * All answers, from what was given and the defaults.
 * @throws ANSWERS_INVALID with every problem, POLICY_LOCKED where what was given is not what a policy fixes
 */
export function settleAnswers(given: GivenAnswers, context: QuestionContext): Answers {
  const answers = completeAnswers(given, context);
  if (!('problems' in answers)) {
    refuseLocked((context.locks ?? {}) as Locks, given, answers.value);
    return answers.value;
  }
  const lines = firstLines(
    answers.problems,
    (problem) => `${formatPath(problem.path)}: ${problem.message}${remedy(problem, given, context)}`,
  );
  throw new ServingError('ANSWERS_INVALID', lines.join('\n'));
}

/** The one default that can be wrong is the name, as it comes from the directory. */
function remedy({ path }: Problem, given: GivenAnswers, context: QuestionContext): string {
  if (path[0] !== 'name' || 'name' in given) return '';
  const name = suggestName(context.directoryName);
  return ` (it was taken from the directory${name ? `; give another with --set name=${name}` : ''})`;
}
