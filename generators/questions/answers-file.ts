import { ServingError } from '../errors.ts';
import { type GivenAnswers, parseAnswers } from './answers.ts';
import { parseWritten } from './written-file.ts';

/**
 * Reads an answers file.
 * @param file its name, for the messages
 * @throws ANSWERS_INVALID with every problem and its line
 */
export function parseAnswersFile(text: string, file: string): GivenAnswers {
  const { data, refuse } = parseWritten(text, file, (problems) => invalid(file, problems));
  const parsed = parseAnswers(data);
  if ('problems' in parsed) throw refuse(parsed.problems);
  return parsed.value;
}

function invalid(file: string, problems: readonly string[]): ServingError {
  return new ServingError(
    'ANSWERS_INVALID',
    `The answers file ${file} cannot be used:\n${problems.map((p) => `  ${p}`).join('\n')}`,
  );
}
