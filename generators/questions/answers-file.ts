import { ServingError } from '../errors.ts';
import { type GivenAnswers, parseAnswers } from './answers.ts';
import { parseWritten } from './written-file.ts';

/**
 * Reads an answers file.
 * @param file its name, for the messages
 * @throws ANSWERS_INVALID with every problem and its line
 */
export function parseAnswersFile(text: string, file: string): GivenAnswers {
  const { data, refuse } = parseWritten(
    text,
    file,
    `The answers file ${file}`,
    (message) => new ServingError('ANSWERS_INVALID', message),
  );
  const parsed = parseAnswers(data);
  if ('problems' in parsed) throw refuse(parsed.problems);
  return parsed.value;
}
