/**
 * `npm run ab-report -- labels.csv [--log predictions.jsonl ...] [--difference 0.02] [--json]`: whether the candidate of an A/B test is
 * better, with the difference, its 95 % interval and the truths that are still missing to decide.
 */
import { loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { compareVersions } from '../evaluation/ab.ts';
import { abLines, feedbackLines } from '../evaluation/report.ts';
import { evaluateFiles, readEvaluationArguments } from './evaluation-input.ts';

const USAGE = 'npm run ab-report -- labels.csv [--log predictions.jsonl ...] [--difference number] [--json]';

try {
  const config = loadConfig();
  const input = readEvaluationArguments(process.argv.slice(2), config, USAGE);
  const evaluation = await evaluateFiles(input, config);
  const report = compareVersions(evaluation, evaluation.amounts, input.difference);
  if (input.json) console.log(JSON.stringify(report, null, 2));
  else for (const line of [...feedbackLines(evaluation), ...abLines(report, evaluation.amounts)]) console.log(line);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}
