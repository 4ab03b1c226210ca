import { readCommandLine } from '../../../command-line.js';
import { type Config, loadConfig } from '../../../config.ts';
import { ServiceError } from '../../../errors.ts';
import { createPredictor } from '../../../inference/predictor.ts';
import { createLogger } from '../../../observability/logger.ts';
import { createMetrics } from '../../../observability/metrics.ts';
import { loadHooks } from '../../../team.ts';
import { BATCH, readBatchOptions } from '../options.ts';
import { runBatch } from '../run.ts';

readCommandLine(BATCH);

const SIGNALS = { SIGTERM: 143, SIGINT: 130 } as const;
const stop = new AbortController();
let stopCode: number | undefined;
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    stopCode ??= code;
    stop.abort();
  });
}

try {
  const options = readBatchOptions(process.argv.slice(2), process.env);
  const config = withoutQueueLimit(loadConfig(process.env));
  const predictor = createPredictor({
    config,
    metrics: createMetrics([]),
    logger: createLogger('silent'),
    hooks: await loadHooks(),
  });
  const started = Date.now();
  try {
    await predictor.start();
    const { ready, reason } = predictor.readiness();
    if (!ready) throw new ServiceError('MODEL_MISMATCH', reason);
    const onProgress = ({ next, predicted, refused }: { next: number; predicted: number; refused: number }): void =>
      console.error(`up to row ${next}: ${predicted} predicted, ${refused} refused`);
    // A row of the file is a request of its own where its answer would depend on the rows beside it.
    const rows = predictor.batching()?.mode === 'on' ? config.serving.batching.maxBatchSize : 1;
    const summary = await runBatch(options, { config, predictor, rows, signal: stop.signal, onProgress });
    const { predicted, refused, interrupted } = summary;
    const seconds = (Date.now() - started) / 1000;
    const { name, version } = config.serving.model;
    console.log(JSON.stringify({ ...summary, seconds, model: name, version, output: options.output }));
    if (interrupted) process.exitCode = stopCode ?? 1;
    else if (refused > options.maxErrorRatio * (predicted + refused)) {
      console.error(`${refused} rows were refused: ${options.errors}`);
      process.exitCode = 3;
    }
  } finally {
    await predictor.close();
  }
} catch (error) {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  // A full disk or a file that may not be read is no defect.
  console.error(error instanceof ServiceError || code !== undefined ? `${message}\n(${code})` : stack);
  process.exitCode = 1;
}

/** Nobody else asks: what is in flight is bounded by the run itself. */
function withoutQueueLimit(config: Config): Config {
  const { serving } = config;
  const limits = { ...serving.limits, maxQueue: Number.MAX_SAFE_INTEGER, maxQueueRows: Number.MAX_SAFE_INTEGER };
  return { ...config, serving: { ...serving, limits } };
}
