import { basename } from 'node:path';
import { readCommandLine } from '../command-line.js';
import { type Config, loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { features } from '../features.ts';
import { furtherModels } from '../further-models.ts';
import { type BatchingState, OWN_RUNS } from '../inference/batching.ts';
import { createPredictor } from '../inference/predictor.ts';
import { unreadLabelWarning } from '../inference/release.ts';
import { scoreFindingText } from '../inference/trial/scores.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { loadHooks } from '../team.ts';
import { checkAgainst } from './against.ts';
import { refineServing } from './refine.ts';

const { values } = readCommandLine({
  usage: 'npm run check [-- [--write] [--against FOLDER]]',
  about:
    'Checks without serving that serving.yaml and the model agree, and that the model gives its golden answers.\n' +
    'Each problem is one line.',
  flags: {
    write: {
      type: 'boolean',
      help:
        'first writes into serving.yaml what the model itself shows:\n' +
        'shapes of its outputs, and that scores are no probabilities',
    },
    against: {
      type: 'string',
      value: 'FOLDER',
      help: 'compares the service step by step with what training recorded (tools/record.py)',
    },
  },
  example: 'npm run check -- --write',
  exitCodes: { 0: 'everything agrees', 1: 'something does not, or an argument is wrong' },
});

try {
  if (values.write) {
    for (const line of await refineServing(loadConfig())) console.log(`Wrote ${line}.`);
  }
  const config = loadConfig();
  // Before the golden samples: where they differ, the first step that does says why.
  if (values.against !== undefined) await checkAgainst(config, values.against, (line) => console.log(line));
  await checkModel(config, 'golden.json');
  for (const { config: further } of furtherModels(config)) await checkModel(further, basename(further.goldenPath));
  for (const { check } of features) for (const line of (await check?.(config)) ?? []) console.log(line);
  if (config.serving.model.placeholder) console.log('The model is a placeholder: release a trained one.');
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}

async function checkModel(config: Config, goldenName: string): Promise<void> {
  const { golden, serving } = config;
  const { name, version, type } = serving.model;
  const predictor = createPredictor({
    config,
    metrics: createMetrics([]),
    logger: createLogger('silent'),
    hooks: await loadHooks(),
  });
  try {
    await predictor.start();
    const { ready, reason } = predictor.readiness();
    if (!ready) throw new ServiceError('MODEL_MISMATCH', golden ? `${goldenName}: ${reason}` : reason);
    const samples = golden
      ? `${golden.samples.length} golden samples agree`
      : "no golden sample has an answer (npm run golden -- --write records the model's own)";
    console.log(`${name} ${version} (${type}): serving.yaml and the model agree; ${samples}.`);
    const batching = predictor.batching();
    if (batching) console.log(batchingLine(batching));
    const unread = unreadLabelWarning(serving);
    if (unread) console.log(`Mind that ${unread}.`);
    const { scores } = predictor.trial() ?? {};
    if (scores) console.log(`Mind that ${scoreFindingText(scores)}.`);
  } finally {
    await predictor.close();
  }
}

function batchingLine({ mode, reason }: BatchingState): string {
  return `Batching is ${mode}: ${reason}${mode === 'on' ? '' : `; ${OWN_RUNS}`}.`;
}
