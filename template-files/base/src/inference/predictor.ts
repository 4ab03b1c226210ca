import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { hasBatchAxis } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { postprocess } from '../hooks/postprocess.ts';
import { preprocess } from '../hooks/preprocess.ts';
import type { Metrics } from '../observability/metrics.ts';
import { KINDS } from './datatypes.ts';
import { type Comparison, compare, type GoldenSample } from './golden.ts';
import type { Loaded } from './pool.ts';
import { createPool } from './pool.ts';
import { createDecoder } from './postprocess/decoder.ts';
import { createEncoder } from './preprocess/encoder.ts';
import { type Answer, createScheduler, type Scheduler } from './scheduler.ts';
import { inspectModel, workerOptions } from './startup.ts';
import { type Block, sliceBlock } from './tensor.ts';

/** A caller: until when it waits, and how it leaves early. */
export interface Call {
  readonly deadline: number;
  /** Set by the predictor while it holds places for the caller. */
  cancel: (() => void) | undefined;
}

export interface Readiness {
  readonly ready: boolean;
  readonly reason: string;
}

/** The core behind every route: validate, preprocess, run, postprocess. */
export interface Predictor {
  /** Loads the model, compares it with the contract and runs the golden samples. Rejects when the model is not what serving.yaml says. */
  start(): Promise<void>;
  readiness(): Readiness;
  /** True from the moment a shutdown began. */
  draining(): boolean;
  /** What the runtime says of the model, once it is loaded. */
  model(): Loaded | undefined;
  /** The predictions for some instances as JSON texts, in order. */
  predict(instances: readonly unknown[], call: Call): Promise<string[]>;
  /** Runs blocks of tensors. */
  infer(blocks: readonly Block[], fetch: readonly number[], call: Call): Promise<readonly Answer[]>;
  /** Answers a golden sample and says whether it agrees. */
  test(sample: GoldenSample, tolerance: number, call: Call): Promise<Comparison & { prediction: unknown }>;
  /** From now on not ready; what has been accepted is finished. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface PredictorDeps {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** The worker's module, built; tests put a double here. */
  readonly workerPath?: string;
}

export function createPredictor({ config, metrics, logger, workerPath }: PredictorDeps): Predictor {
  const { serving } = config;
  const batched = hasBatchAxis(serving);
  const maxBatchSize = batched ? serving.batching.maxBatchSize : 1;
  const encode = createEncoder(serving, metrics.invalid, config.folder);
  const decoder = createDecoder(serving);
  let state: Readiness = { ready: false, reason: 'the model is being loaded' };
  let draining = false;
  let model: Loaded | undefined;

  const pool = createPool(workerOptions(config, workerPath), {
    onIdle: () => scheduler.pump(),
    onLost: (error) => logger.error({ err: error }, 'an inference worker died and is replaced'),
  });
  const scheduler: Scheduler = createScheduler(
    pool,
    {
      maxBatchSize,
      maxDelayMs: serving.batching.maxDelayMs,
      maxQueue: serving.limits.maxQueue,
      create: serving.inputs.map((input) => KINDS[input.datatype].create),
    },
    {
      onQueued: (ms) => metrics.stages.queue.observe(ms / 1000),
      onBatch: (rows) => metrics.batchSize.observe(rows),
      onRun: (ms) => metrics.stages.run.observe(ms / 1000),
      onFailure: (message) => logger.error({ reason: message }, 'the model failed on a request'),
    },
  );
  metrics.queueDepth = scheduler.depth;
  // A rejection before start() is asked for is reported there.
  pool.loaded.catch(() => {});

  function split(block: Block): readonly Block[] {
    if (block.rows <= maxBatchSize) return [block];
    if (serving.batching.oversized === 'refuse') {
      throw new ServiceError(
        'INVALID_INPUT',
        `expected at most ${maxBatchSize} rows in a request, found ${block.rows}`,
      );
    }
    const parts: Block[] = [];
    for (let start = 0; start < block.rows; start += maxBatchSize) {
      parts.push(sliceBlock(block, start, Math.min(start + maxBatchSize, block.rows)));
    }
    return parts;
  }

  async function infer(blocks: readonly Block[], fetch: readonly number[], call: Call): Promise<readonly Answer[]> {
    const [first] = blocks;
    const parts = blocks.length === 1 && first && first.rows <= maxBatchSize ? blocks : blocks.flatMap(split);
    const jobs = scheduler.submit(parts, fetch, call.deadline);
    call.cancel = () => scheduler.cancel(jobs);
    try {
      const [only] = jobs;
      return jobs.length === 1 && only ? [await only.answer] : await Promise.all(jobs.map((job) => job.answer));
    } catch (error) {
      scheduler.cancel(jobs);
      throw error;
    } finally {
      call.cancel = undefined;
    }
  }

  async function predict(instances: readonly unknown[], call: Call): Promise<string[]> {
    const started = performance.now();
    const encoded = encode(preprocess ? instances.map(preprocess) : instances);
    const blocks = encoded instanceof Promise ? await encoded : encoded;
    metrics.stages.preprocess.observe((performance.now() - started) / 1000);

    const answers = await infer(blocks, decoder.fetch, call);

    const answered = performance.now();
    const predictions: string[] = [];
    for (const { outputs, firstRow, rows } of answers) {
      for (let row = firstRow; row < firstRow + rows; row++) predictions.push(decoder.write(outputs, row));
    }
    if (postprocess) {
      predictions.forEach((text, i) => {
        predictions[i] = JSON.stringify(postprocess?.(JSON.parse(text), instances[i]));
      });
    }
    metrics.stages.postprocess.observe((performance.now() - answered) / 1000);
    return predictions;
  }

  async function test(sample: GoldenSample, tolerance: number, call: Call) {
    const [text = 'null'] = await predict([sample.instance], call);
    const prediction: unknown = JSON.parse(text);
    return { prediction, ...compare(sample.prediction, prediction, tolerance) };
  }

  /** Golden samples on every worker, which also warms each of them up. */
  async function runGolden(): Promise<Readiness> {
    const { golden } = config;
    if (!golden) {
      logger.warn('no golden samples beside the model: nothing shows that its answers are right');
      return { ready: true, reason: 'ready' };
    }
    const call = (): Call => ({ deadline: performance.now() + serving.limits.timeoutMs + 60_000, cancel: undefined });
    let maxAbsDiff = 0;
    let wrong: string | undefined;
    for (const [i, sample] of golden.samples.entries()) {
      const results = await Promise.all(
        Array.from({ length: i === 0 ? config.workers : 1 }, () => test(sample, golden.tolerance, call())),
      );
      for (const result of results) {
        maxAbsDiff = Math.max(maxAbsDiff, result.maxAbsDiff);
        if (!result.agrees) wrong ??= `golden sample ${i}: ${result.difference}`;
      }
    }
    metrics.goldenDiff(maxAbsDiff);
    if (wrong === undefined) return { ready: true, reason: 'ready' };
    logger.error({ difference: wrong }, 'the model does not give the answers it was released with: not ready');
    return { ready: false, reason: wrong };
  }

  return {
    async start() {
      const header = await inspectModel(config);
      model = await pool.loaded;
      header.checkGraph(model);
      metrics.modelInfo({
        name: serving.model.name,
        version: serving.model.version,
        sha256: serving.model.sha256,
        opset: String(header.opset),
        runtime: `onnxruntime-node ${model.runtime}`,
      });
      if (serving.model.placeholder) {
        logger.warn('the model is a placeholder that answers the same to everything: release a trained one');
      }
      state = await runGolden();
    },
    readiness() {
      if (draining) return { ready: false, reason: 'the service is shutting down' };
      if (state.ready && pool.alive() === 0)
        return { ready: false, reason: 'the inference workers are being replaced' };
      return state;
    },
    draining: () => draining,
    model: () => model,
    predict,
    infer,
    test,
    drain() {
      draining = true;
      return scheduler.settled();
    },
    close: () => pool.close(),
  };
}
