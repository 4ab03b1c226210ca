import { ServingError } from '../errors.ts';
import { type GivenAnswers, parseText } from './answers.ts';
import { findQuestion, unknownKeyMessage } from './find.ts';
import { firstLines, formatPath } from './problem.ts';

/**
 * Reads `--set key=value` flags; the last one of a key counts.
 * @throws ANSWERS_INVALID with every problem
 */
export function parseSetFlags(flags: readonly string[]): GivenAnswers {
  const given: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    const key = equals < 0 ? flag : flag.slice(0, equals);
    const question = findQuestion(key);
    if (equals < 0) problems.push(`--set ${flag}: expected key=value`);
    else if (!question) problems.push(`--set ${key}: ${unknownKeyMessage(key)}`);
    else {
      const parsed = parseText(question, flag.slice(equals + 1));
      if ('problems' in parsed)
        problems.push(...parsed.problems.map((p) => `--set ${formatPath(p.path)}: ${p.message}`));
      else given[key] = parsed.value;
    }
  }
  if (problems.length > 0) throw new ServingError('ANSWERS_INVALID', firstLines(problems, (line) => line).join('\n'));
  return given as GivenAnswers;
}
