import { promised } from '../callbacks.ts';
import type { Config } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { type Call, createPredictor, type Predictor } from '../inference/predictor.ts';
import { STEPS } from '../inference/preprocess/encoder.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import {
  agreementLine,
  compareSample,
  type Followed,
  type SampleResult,
  sampleLines,
  verdict,
} from '../record/compare-sample.ts';
import { readRecord } from '../record/read.ts';
import { loadHooks } from '../team.ts';

/** Of one sample: even a slow model may take its time. */
const SAMPLE_MS = 120_000;
/** A sample that is refused comes before all steps. */
const ORDER = ['input', ...STEPS, 'answer'];

/**
 * Compares the service with a record of training, and prints each sample.
 * @throws RECORD_INVALID; RECORD_DIFFERS that names the first step, after all samples are printed; MODEL_MISMATCH
 */
export async function checkAgainst(config: Config, folder: string, print: (line: string) => void): Promise<void> {
  const record = readRecord(folder);
  const predictor = createPredictor({
    // Golden samples that differ must not keep the steps from being compared.
    config: { ...config, golden: undefined, workers: 1 },
    metrics: createMetrics([]),
    logger: createLogger('silent'),
    hooks: await loadHooks(),
  });
  const results: SampleResult[] = [];
  try {
    await predictor.start();
    const { ready, reason } = predictor.readiness();
    if (!ready) throw new ServiceError('MODEL_MISMATCH', reason);
    for (const sample of record.samples) {
      const result = await compareSample(config.serving, record, sample, followedBy(predictor));
      for (const line of sampleLines(result)) print(line);
      results.push(result);
    }
  } finally {
    await predictor.close();
  }
  const difference = verdict(results, ORDER);
  if (difference) throw new ServiceError('RECORD_DIFFERS', `${folder}: ${difference}`);
  print(agreementLine(record));
}

function followedBy(predictor: Predictor): Followed {
  const call = (): Call => ({ deadline: performance.now() + SAMPLE_MS });
  return {
    follow: (instance, onStep) => predictor.follow(instance, call(), onStep),
    async answer(block) {
      const all = Number.POSITIVE_INFINITY;
      const [text = 'null'] = await promised<string[]>((callbacks) =>
        predictor.predictBlocks([block], performance.now(), call(), all, callbacks),
      );
      return JSON.parse(text);
    },
  };
}
