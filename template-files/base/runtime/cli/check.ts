/**
 * `npm run check [-- --write] [--against <folder>]`: the model contract, without serving. Exit code 1 and one line a problem when it is
 * broken. With --write what the model itself shows (shapes of its outputs, scores that are no probabilities) is written into
 * serving.yaml first. With --against the service is compared step by step with what training recorded (tools/record.py).
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { openReference } from '../features/drift/open.ts';
import { furtherModels } from '../further-models.ts';
import { type BatchingState, OWN_RUNS } from '../inference/batching.ts';
import { createPredictor } from '../inference/predictor.ts';
import { unreadLabelWarning } from '../inference/release.ts';
import { scoreFindingText } from '../inference/trial/scores.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { checkAgainst } from './against.ts';
import { refineServing } from './refine.ts';

const OPTIONS = { write: { type: 'boolean', default: false }, against: { type: 'string' } } as const;

try {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.write) {
    for (const line of await refineServing(loadConfig())) console.log(`Wrote ${line}.`);
  }
  const config = loadConfig();
  // Before the golden samples: where they differ, the first step that does says why.
  if (values.against !== undefined) await checkAgainst(config, values.against, (line) => console.log(line));
  await checkModel(config, 'golden.json');
  for (const { config: further } of furtherModels(config)) await checkModel(further, basename(further.goldenPath));
  const { refused, stale } = openReference(config.referenceText, config.serving);
  // After every release the reference is the model's before: that is no reason to stop, and is said.
  if (refused && !stale) throw refused;
  if (refused) console.log(`Drift is not watched: ${refused.message}`);
  if (config.serving.model.placeholder) console.log('The model is a placeholder: release a trained one.');
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}

async function checkModel(config: Config, goldenName: string): Promise<void> {
  const { golden, serving } = config;
  const { name, version, type } = serving.model;
  const predictor = createPredictor({ config, metrics: createMetrics([]), logger: createLogger('silent') });
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
