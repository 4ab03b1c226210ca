/**
 * `npm run golden [-- --write]`: asks the model the golden samples and shows where its answers differ. With --write the new
 * answers take the place of the old ones, and samples that the model no longer takes are dropped: for a model that was
 * released without the answers of its training library.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import type { GoldenSample } from '../inference/golden.ts';
import { createPredictor } from '../inference/predictor.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

try {
  const config = loadConfig({ ...process.env, WORKERS: '1' });
  const { golden } = config;
  if (!golden) throw new ServiceError('CONFIG_INVALID', 'there is no golden.json beside the model');
  const predictor = createPredictor({
    config: { ...config, golden: undefined },
    metrics: createMetrics([]),
    logger: createLogger('silent'),
  });
  const kept: GoldenSample[] = [];
  let different = 0;
  try {
    await predictor.start();
    for (const [i, sample] of golden.samples.entries()) {
      const call = { deadline: performance.now() + 60_000, cancel: undefined };
      try {
        const { prediction, agrees, difference, maxAbsDiff } = await predictor.test(sample, golden.tolerance, call);
        if (!agrees) different += 1;
        console.log(`golden sample ${i}: ${agrees ? `agrees (largest difference ${maxAbsDiff})` : difference}`);
        kept.push({ instance: sample.instance, prediction });
      } catch (error) {
        if (!(error instanceof ServiceError) || error.code !== 'INVALID_INPUT') throw error;
        different += 1;
        console.log(`golden sample ${i}: no longer an instance: ${error.message}`);
      }
    }
  } finally {
    await predictor.close();
  }
  if (values.write) write(join(dirname(config.modelPath), 'golden.json'), kept);
  else if (different > 0) throw new ServiceError('MODEL_MISMATCH', `${different} golden samples do not agree`);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}

function write(path: string, samples: readonly GoldenSample[]): void {
  if (samples.length === 0) {
    throw new ServiceError('CONFIG_INVALID', 'no golden sample is an instance of this model: write new ones by hand');
  }
  const before = JSON.parse(readFileSync(path, 'utf8')) as object;
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify({ ...before, samples }, null, 2)}\n`);
  renameSync(draft, path);
}
