import { readCommandLine } from '../../../command-line.js';
import { loadConfig } from '../../../config.ts';
import { ServiceError } from '../../../errors.ts';
import { feedbackLines, feedbackSummary } from '../evaluation/report.ts';
import { EVALUATION_FLAGS, evaluateFiles, readEvaluationArguments } from './evaluation-input.ts';

const COMMAND = {
  usage: 'npm run feedback -- labels.csv [--log predictions.jsonl ...] [--json]',
  about:
    'Joins truths that came days later with the prediction log by the id of the answer, and prints the quality of\n' +
    'each version with its interval.',
  flags: EVALUATION_FLAGS,
  positionals: true,
  example: 'npm run feedback -- labels.csv --log predictions.jsonl',
  exitCodes: { 0: 'printed', 1: 'no truth has its prediction in the log, or a file is wrong' },
} as const;

const given = readCommandLine(COMMAND);

try {
  const config = loadConfig();
  const input = readEvaluationArguments(given, config, COMMAND.usage);
  const evaluation = await evaluateFiles(input, config);
  if (evaluation.matched === 0) {
    throw new ServiceError('DATA_INVALID', `none of the ${evaluation.unmatched} truths has its prediction in the log`);
  }
  if (input.json) console.log(JSON.stringify(feedbackSummary(evaluation), null, 2));
  else for (const line of feedbackLines(evaluation)) console.log(line);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}
