import { readCommandLine } from '../../../command-line.js';
import { loadConfig } from '../../../config.ts';
import { ServiceError } from '../../../errors.ts';
import type { Match } from '../evaluation/evaluate.ts';
import { feedbackLines, feedbackSummary } from '../evaluation/report.ts';
import { EVALUATION_FLAGS, evaluateFiles, readEvaluationArguments } from './evaluation-input.ts';
import { readTarget, type Sent, sendTruths } from './send-truths.ts';

const COMMAND = {
  usage: 'npm run feedback -- labels.csv [--log predictions.jsonl ...] [--url http://host:port] [--json]',
  about:
    'Joins truths that came days later with the prediction log by the id of the answer, and prints the quality of\n' +
    'each version with its interval. With --url they are sent to a service, whose metrics and alerts then count them.',
  flags: {
    ...EVALUATION_FLAGS,
    url: { type: 'string', value: 'URL', help: 'sends the truths to POST /feedback of this service' },
    header: {
      type: 'string',
      value: 'HEADER',
      multiple: true,
      help: "of those requests, such as 'Authorization: Bearer ...'",
    },
  },
  positionals: true,
  example: 'npm run feedback -- labels.csv --log predictions.jsonl',
  exitCodes: {
    0: 'printed',
    1: 'no truth has its prediction in the log, a file is wrong, or the service takes no truths',
  },
} as const;

const given = readCommandLine(COMMAND);

try {
  const config = loadConfig();
  const input = readEvaluationArguments(given, config, COMMAND.usage);
  const { url, header } = given.values;
  const target = url === undefined ? undefined : readTarget(url, header);
  const matches: Match[] = [];
  const evaluation = await evaluateFiles(input, config, (match) => matches.push(match));
  if (evaluation.matched === 0) {
    throw new ServiceError('DATA_INVALID', `none of the ${evaluation.unmatched} truths has its prediction in the log`);
  }
  const sent = target && (await sendTruths(target, matches, evaluation.labels));
  if (input.json) console.log(JSON.stringify({ ...feedbackSummary(evaluation), sent }, null, 2));
  else for (const line of [...feedbackLines(evaluation), ...(sent ? [sentLine(sent)] : [])]) console.log(line);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}

function sentLine({ counted, before, other_version: other }: Sent): string {
  return `The service has counted ${counted} truths; ${before} were counted before, ${other} are of a version that does not answer there.`;
}
