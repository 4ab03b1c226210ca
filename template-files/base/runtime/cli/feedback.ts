/**
 * `npm run feedback -- labels.csv [--log predictions.jsonl ...] [--json]`: joins truths that came days later with the prediction log
 * by the id of the answer, and prints the quality of each version with its interval.
 */
import { loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { feedbackLines, feedbackSummary } from '../evaluation/report.ts';
import { evaluateFiles, readEvaluationArguments } from './evaluation-input.ts';

const USAGE = 'npm run feedback -- labels.csv [--log predictions.jsonl ...] [--json]';

try {
  const config = loadConfig();
  const input = readEvaluationArguments(process.argv.slice(2), config, USAGE);
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
