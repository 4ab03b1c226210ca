import { readCommandLine } from '../../../command-line.js';
import { loadConfig } from '../../../config.ts';
import { ServiceError } from '../../../errors.ts';
import { compareVersions } from '../evaluation/ab.ts';
import { abLines, feedbackLines } from '../evaluation/report.ts';
import { EVALUATION_FLAGS, evaluateFiles, readEvaluationArguments } from './evaluation-input.ts';

const COMMAND = {
  usage: 'npm run ab-report -- labels.csv [--log predictions.jsonl ...] [--difference number] [--json]',
  about:
    'Says whether the candidate of an A/B test is better, with the difference, its 95 % interval and the truths that\n' +
    'are still missing to decide.',
  flags: {
    ...EVALUATION_FLAGS,
    difference: { type: 'string', value: 'NUMBER', help: 'the smallest difference that matters' },
  },
  positionals: true,
  example: 'npm run ab-report -- labels.csv --difference 0.02',
  exitCodes: { 0: 'printed', 1: 'the data allow no comparison, or a file is wrong' },
} as const;

const given = readCommandLine(COMMAND);

try {
  const config = loadConfig();
  const input = readEvaluationArguments(given, config, COMMAND.usage);
  const evaluation = await evaluateFiles(input, config);
  const report = compareVersions(evaluation, evaluation.amounts, input.difference);
  if (input.json) console.log(JSON.stringify(report, null, 2));
  else for (const line of [...feedbackLines(evaluation), ...abLines(report, evaluation.amounts)]) console.log(line);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}
