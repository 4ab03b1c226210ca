import { relative } from 'node:path';
import type { Logger } from 'pino';
import { type Hooks, HttpError, type RequestHeaders } from '../api.ts';
import { type Callbacks, promised } from '../callbacks.ts';
import type { Config } from '../config.ts';
import { ServiceError } from '../errors.ts';
import type { Activities } from '../observability/activities.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createFindMisfit } from './answer-shape.ts';
import { type BatchingState, OWN_RUNS } from './batching.ts';
import { KINDS } from './datatypes.ts';
import { createExecutor } from './executor.ts';
import { type Comparison, compare, type GoldenSample, refusalOf } from './golden.ts';
import { createHookRunner } from './hooks.ts';
import type { Answer, Connection } from './job.ts';
import type { Capacity } from './limits/capacity.ts';
import { availableCpus } from './limits/resources.ts';
import { createPool, type Loaded, type WorkerPool } from './pool.ts';
import { createDecoder } from './postprocess/decoder.ts';
import { createEncoder, type OnStep } from './preprocess/encoder.ts';
import {
  checkAnswerShapes,
  READY,
  type Readiness,
  runGolden,
  unreadLabelWarning,
  warmUp,
  withSample,
} from './release.ts';
import { decideBatching } from './row-trial/compare.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { inspectModel, workerOptions } from './startup.ts';
import { type Block, joinNeighbours, splitBlocks } from './tensor.ts';
import { noteAnswers, type Trace } from './trace.ts';
import { failedTrialReason, runTrial, type TrialResult } from './trial/run.ts';
import { scoreFindingText } from './trial/scores.ts';

/** A caller, and until when it waits. */
export interface Call {
  readonly deadline: number;
  /** Its connection, where it has one. */
  readonly client?: Connection;
  /** Under what the answer is known to its client; none for what is no client's. */
  readonly id?: string;
  /** Its headers, where it has some. */
  readonly headers?: RequestHeaders;
  /** The client's own id for it, where it has one beside the request's. */
  answerId?: string | undefined;
  /** The label of its route. */
  readonly label?: string;
  /** What is recorded of the call, where an observer wants it. */
  readonly trace?: Trace | undefined;
}

/** The core behind every route: validate, preprocess, run, postprocess. */
export interface Predictor {
  /** Loads the model, compares it with the contract and runs the golden samples. Rejects when the model is not what serving.yaml says. */
  start(): Promise<void>;
  readiness(): Readiness;
  /** Whether requests are taken: while ready, and for a while after a shutdown has begun. */
  accepts(): Readiness;
  /** True from the moment a shutdown began. */
  stopping(): boolean;
  /** What the runtime says of the model, once it is loaded. */
  model(): Loaded | undefined;
  /** Whether requests are merged and split, once that has been decided. */
  batching(): BatchingState | undefined;
  /** What the trial at the start has shown, once it is over. */
  trial(): TrialResult | undefined;
  /**
   * The predictions for some instances as JSON texts, in order.
   * @param topK of a classifier, how many of the likeliest classes; undefined leaves it to serving.yaml
   */
  predict(instances: readonly unknown[], call: Call, topK?: number): Promise<readonly string[]>;
  /**
   * The same for instances that have been made blocks already, past the team's hooks, and told rather than promised.
   * @param started when that was begun (performance.now)
   */
  predictBlocks(
    blocks: readonly Block[],
    started: number,
    call: Call,
    topK: number | undefined,
    callbacks: Callbacks<string[]>,
  ): void;
  /** Whether the team has hooks of its own. */
  readonly hooked: boolean;
  /** Whether one of them makes instances of what clients send. */
  readonly preprocesses: boolean;
  /** Runs tensors; `deadline` may be earlier than the call's own. */
  inferTensors(
    blocks: readonly Block[],
    fetch: readonly number[],
    call: Call,
    deadline: number,
  ): Promise<readonly Answer[]>;
  /** Answers a golden sample and says whether it agrees. */
  test(sample: GoldenSample, tolerance: number, call: Call): Promise<Comparison & { prediction: unknown }>;
  /**
   * Answers one instance and shows what becomes of it on its way.
   * @param onStep receives the steps of preprocessing that are not the model's tensors yet
   * @returns the tensors that the model got, and its prediction before `postprocess`
   */
  follow(instance: unknown, call: Call, onStep: OnStep): Promise<{ blocks: readonly Block[]; prediction: unknown }>;
  /** A shutdown begins: not ready any more, but requests are still taken. */
  stop(): void;
  /** Nothing new is taken; resolves when what has been accepted is finished. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface PredictorDeps {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Sees every client's rows and the model's answers to them; golden samples are no client's. */
  readonly observe?: Observe | undefined;
  /** The team's hooks. */
  readonly hooks: Hooks;
  /** Where running hooks are noted. */
  readonly activities?: Activities | undefined;
  /** Workers that have been started already; its own otherwise. */
  readonly pool?: WorkerPool | undefined;
  /** The process's memory for what requests are decoded into; its own otherwise. */
  readonly capacity?: Capacity | undefined;
}

/**
 * Called once a request, before its answer is written: it must cost little, and never throw.
 * @param at when the answers came (performance.now)
 */
export type Observe = (
  call: Call,
  blocks: readonly Block[],
  fetch: readonly number[],
  answers: readonly Answer[],
  at: number,
) => void;

/** How a prediction is asked for. */
interface Asked {
  /** Golden samples are no client's: nobody looks on. */
  readonly byClient: boolean;
  readonly topK: number | undefined;
}

/** Golden samples are no client's requests: even a slow model may take its time for them. */
const TRIAL_MS = 120_000;

const SHUTTING_DOWN: Readiness = { ready: false, reason: 'the service is shutting down' };
const REPLACING: Readiness = { ready: false, reason: 'the inference workers are being replaced' };

const isHookFailure = (error: unknown): boolean =>
  error instanceof HttpError || (error instanceof ServiceError && error.code === 'HOOK_FAILED');

export function createPredictor(deps: PredictorDeps): Predictor {
  const { config, metrics, logger, observe } = deps;
  const { serving } = config;
  const encode = createEncoder(serving, metrics.invalid, config.folder, deps.capacity);
  const decoder = createDecoder(serving);
  const hooks = createHookRunner(deps.hooks, deps);
  const preprocessed = (instances: readonly unknown[], call: Call) => hooks.preprocess?.(instances, call) ?? instances;
  let state: Readiness = { ready: false, reason: 'the model is being loaded' };
  let stopping = false;
  let draining = false;
  let model: Loaded | undefined;
  let batching: BatchingState | undefined;
  const maxBatchSize = (): number => (batching?.mode === 'on' ? serving.batching.maxBatchSize : 1);
  const create = serving.inputs.map((input) => KINDS[input.datatype].create);
  let trialled: TrialResult | undefined;

  const options = workerOptions(config);
  const pool = deps.pool ?? createPool(options);
  const executor = createExecutor({
    pool,
    serving,
    options,
    cpus: availableCpus(),
    onSlow: (ms) => logger.warn({ ms }, 'runs take longer than they did at the start: they are the workers’ now'),
  });
  const scheduler: Scheduler = createScheduler(
    executor,
    {
      get maxBatchSize() {
        return maxBatchSize();
      },
      maxDelayMs: serving.batching.maxDelayMs,
      maxQueue: serving.limits.maxQueue,
      maxQueueRows: serving.limits.maxQueueRows,
      create,
      findMisfit: createFindMisfit(serving),
    },
    {
      onQueued: (ms) => metrics.stages.queue.observe(ms / 1000),
      onBatch: (rows) => metrics.batchSize.observe(rows),
      onRun: (ms) => metrics.stages.run.observe(ms / 1000),
    },
  );
  pool.watch({
    onIdle: () => scheduler.pump(),
    onLost: (error) => logger.error({ err: error }, 'an inference worker died and is replaced'),
  });
  metrics.queueDepth = scheduler.depth;
  metrics.workers = () => ({ alive: pool.alive(), busy: pool.alive() - pool.idle() });

  /** Rows in as many runs as they need; where batching is off, those of one shape in a single run. */
  function partsOf(blocks: readonly Block[]): readonly Block[] {
    const { oversized, maxBatchSize: most } = serving.batching;
    if (batching?.mode === 'on') return splitBlocks(blocks, most, oversized);
    if (batching?.cause === 'no_batch_axis') return blocks;
    return joinNeighbours(oversized === 'refuse' ? splitBlocks(blocks, most, oversized) : blocks, create);
  }

  /** Runs blocks, in as many parts as they need. */
  function run(
    blocks: readonly Block[],
    fetch: readonly number[],
    { client }: Call,
    deadline: number,
    arrived: number,
    { done, failed }: Callbacks<readonly Answer[]>,
  ): void {
    scheduler.submit(partsOf(blocks), fetch, { client, deadline, done, failed }, arrived);
  }

  /** A client's rows and the answers to them, for those who look on. */
  function show(
    call: Call,
    blocks: readonly Block[],
    fetch: readonly number[],
    answers: readonly Answer[],
    at: number,
  ) {
    if (call.trace) noteAnswers(call.trace, answers);
    observe?.(call, blocks, fetch, answers, at);
  }

  function inferTensors(
    blocks: readonly Block[],
    fetch: readonly number[],
    call: Call,
    deadline: number,
  ): Promise<readonly Answer[]> {
    return promised(({ done, failed }) => {
      const shown = (answers: readonly Answer[]): void => {
        show(call, blocks, fetch, answers, performance.now());
        done(answers);
      };
      run(blocks, fetch, call, deadline, performance.now(), { done: shown, failed });
    });
  }

  /** The model's own answers, as JSON texts. */
  function answer(instances: readonly unknown[], call: Call, asked: Asked): Promise<string[]> {
    return promised((caller) => {
      const started = performance.now();
      let release: (() => void) | undefined;
      const callbacks: Callbacks<string[]> = {
        done(predictions) {
          release?.();
          caller.done(predictions);
        },
        failed(error) {
          release?.();
          caller.failed(error);
        },
      };
      const reading = {
        deadline: call.deadline,
        client: call.client,
        onEnd(give: () => void) {
          release = give;
        },
      };
      const go = (blocks: readonly Block[]) => answerBlocks(blocks, started, call, asked, callbacks);
      const read = (ready: readonly unknown[]): void => {
        const encoded = encode(ready, reading);
        if (encoded instanceof Promise) encoded.then(go).catch(callbacks.failed);
        else go(encoded);
      };
      const ready = preprocessed(instances, call);
      if (ready instanceof Promise) ready.then(read).catch(callbacks.failed);
      else read(ready);
    });
  }

  function answerBlocks(
    blocks: readonly Block[],
    started: number,
    call: Call,
    { byClient, topK }: Asked,
    { done, failed }: Callbacks<string[]>,
  ): void {
    const encoded = performance.now();
    metrics.stages.preprocess.observe((encoded - started) / 1000);
    if (call.trace) call.trace.preprocess = encoded - started;
    const decoded = (answers: readonly Answer[]): void => {
      const answered = performance.now();
      if (byClient) show(call, blocks, decoder.fetch, answers, answered);
      const predictions = decode(answers, topK);
      const decodedMs = performance.now() - answered;
      metrics.stages.postprocess.observe(decodedMs / 1000);
      if (call.trace) call.trace.postprocess = decodedMs;
      done(predictions);
    };
    run(blocks, decoder.fetch, call, call.deadline, encoded, { done: decoded, failed });
  }

  function decode(answers: readonly Answer[], topK: number | undefined): string[] {
    const predictions: string[] = [];
    for (const { outputs, firstRow, rows } of answers) {
      for (let row = firstRow; row < firstRow + rows; row++) predictions.push(decoder.write(outputs, row, topK));
    }
    return predictions;
  }

  function predict(instances: readonly unknown[], call: Call, topK?: number): Promise<readonly string[]> {
    const predictions = answer(instances, call, { byClient: true, topK });
    const { postprocess } = hooks;
    return postprocess ? predictions.then((texts) => postprocess(texts, instances, call)) : predictions;
  }

  async function test(sample: GoldenSample, tolerance: number, call: Call) {
    // What a team makes of the answers afterwards is its own: golden samples are about the model, and hold all its classes.
    const [text = 'null'] = await answer([sample.instance], call, { byClient: false, topK: Number.POSITIVE_INFINITY });
    const prediction: unknown = JSON.parse(text);
    return { prediction, ...compare(sample.prediction, prediction, tolerance) };
  }

  async function follow(instance: unknown, call: Call, onStep: OnStep) {
    let release: (() => void) | undefined;
    const onEnd = (give: () => void): void => {
      release = give;
    };
    try {
      const ready = await preprocessed([instance], call);
      const blocks = await encode(ready, { deadline: call.deadline, client: call.client, onEnd, onStep });
      const asked = { byClient: false, topK: Number.POSITIVE_INFINITY };
      const [text = 'null'] = await promised<string[]>((callbacks) =>
        answerBlocks(blocks, performance.now(), call, asked, callbacks),
      );
      return { blocks, prediction: JSON.parse(text) as unknown };
    } finally {
      release?.();
    }
  }

  const encodeSample = async (instance: unknown): Promise<readonly Block[]> =>
    encode(await preprocessed([instance], { deadline: performance.now() + TRIAL_MS }));

  /** Requests of golden.json that have no answer; what serving.yaml or the team's hook refuses is passed over. */
  async function* questionBlocks(): AsyncGenerator<Block> {
    for (const { instance } of config.questions) {
      const blocks = await encodeSample(instance).catch((error: unknown) => {
        if (refusalOf(error) === undefined && !isHookFailure(error)) throw error;
        return [];
      });
      if (blocks[0]) yield blocks[0];
    }
  }

  /** Tries the loaded model: warm-up, shapes of the answers, golden samples. */
  async function tryOut(metadata: Readonly<Record<string, string>>): Promise<Readiness> {
    const { golden } = config;
    const [sample] = golden?.samples ?? [];
    const source = relative(config.folder, config.goldenPath);
    const blocks = sample && (await withSample(source, 0, () => encodeSample(sample.instance)));
    const tried = await runTrial({ pool, serving, metadata }, blocks?.[0] ?? questionBlocks());
    if (tried.kind === 'failed') {
      const reason = failedTrialReason(tried);
      logger.error({ reason }, 'the model fails in every trial run: not ready');
      return { ready: false, reason };
    }
    trialled = tried;
    if (tried.scores) logger.warn(scoreFindingText(tried.scores));
    const { block: trial, sampled } = tried;
    await warmUp(pool, trial, decoder.fetch);
    await checkAnswerShapes(pool, serving, trial, sampled);
    batching = await decideBatching({ pool, serving, trial, sampled, encodeSample }, config.questions);
    const { mode, cause, reason } = batching;
    if (cause === 'rows_mixed' || cause === 'rows_not_tried') {
      logger.warn({ cause, reason }, `batching is off: ${OWN_RUNS}`);
    } else logger.info({ mode, cause, reason }, `batching is ${mode}`);
    // A run of any number of rows would hold up the main thread for a time that was not tried.
    const isTried = mode === 'on' || cause === 'no_batch_axis';
    const short = isTried && (await executor.open(trial, decoder.fetch));
    logger.info({ runs: short ? 'in the main thread' : 'in the workers' }, 'the model is loaded');
    if (!golden) {
      logger.warn('no golden sample has an answer (model/golden.json): nothing shows that the model answers right');
      return READY;
    }
    const deadline = performance.now() + TRIAL_MS;
    const ask = (one: GoldenSample, i: number) =>
      withSample(source, i, () => test(one, golden.tolerance, { deadline }));
    const { readiness, maxAbsDiff, disagreements } = await runGolden(golden, ask, logger);
    metrics.goldenDiff(maxAbsDiff, disagreements);
    return readiness;
  }

  /** Requests that come while workers are being replaced wait for them, within the bounds of the queue. */
  const accepts = (): Readiness => (draining ? SHUTTING_DOWN : state);

  function readiness(): Readiness {
    if (stopping) return SHUTTING_DOWN;
    return state.ready && pool.alive() === 0 ? REPLACING : state;
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
      const unread = unreadLabelWarning(serving);
      if (unread) logger.warn(unread);
      state = await tryOut(header.metadata);
    },
    readiness,
    accepts,
    stopping: () => stopping,
    model: () => model,
    batching: () => batching,
    trial: () => trialled,
    predict,
    predictBlocks: (blocks, started, call, topK, callbacks) =>
      answerBlocks(blocks, started, call, { byClient: true, topK }, callbacks),
    preprocesses: hooks.preprocess !== undefined,
    hooked: hooks.preprocess !== undefined || hooks.postprocess !== undefined,
    inferTensors,
    test,
    follow,
    stop() {
      stopping = true;
    },
    drain() {
      stopping = true;
      draining = true;
      return scheduler.settled();
    },
    async close() {
      await executor.close();
      await pool.close();
    },
  };
}
