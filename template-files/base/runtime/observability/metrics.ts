import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createCounters, createHistogram, type FixedCounter, type FixedHistogram, registerSeries } from './series.ts';

/** The service's metrics. Their names and labels are a contract: alerts and dashboards hold on to them. */
export interface Metrics {
  readonly registry: Registry;
  /** Makes the series of the routes; requests of others are not counted. */
  readonly announce: (routes: readonly KnownRoute[]) => void;
  readonly request: (route: string, code: number, seconds: number) => void;
  readonly stages: Readonly<Record<Stage, FixedHistogram>>;
  readonly batchSize: FixedHistogram;
  readonly rejected: (reason: string) => void;
  readonly invalid: (feature: string, reason: string) => void;
  /** An error that no code of the process has handled. */
  readonly unexpected: (kind: UnexpectedError) => void;
  readonly modelInfo: (labels: Record<'name' | 'version' | 'sha256' | 'opset' | 'runtime', string>) => void;
  /** Of the main version, unless a variant is named. */
  readonly goldenDiff: (difference: number, disagreements: number, variant?: string) => void;
  /** Where the queue's depth is read at a scrape. */
  queueDepth: () => number;
  /** Where the workers are counted at a scrape. */
  workers: () => { readonly alive: number; readonly busy: number };
}

export type Stage = 'queue' | 'preprocess' | 'run' | 'postprocess';

/** OpenTelemetry's bounds for seconds, with finer ones below 5 ms, where a small model lives. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
export const REJECT_REASONS = [
  'queue_full',
  'timeout',
  'not_ready',
  'client_gone',
  'too_large',
  'uploads_full',
  'connections_full',
] as const;
/** As Node.js names the events: a promise that rejects and an error that is thrown, without any code that handles them. */
export const UNEXPECTED_ERRORS = ['unhandledRejection', 'uncaughtException'] as const;
export type UnexpectedError = (typeof UNEXPECTED_ERRORS)[number];
export const INVALID_REASONS = ['missing', 'nan', 'type', 'out_of_range', 'unseen_category'] as const;

/** Gauges of the library under names of counters, which promtool refuses. Without the ending they are there as well. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** Series are bounded: of a very wide table the last columns share theirs. */
const MAX_FEATURES = 200;
const OTHER_FEATURES = '_other';

export interface KnownRoute {
  readonly route: string;
  readonly codes: readonly number[];
}

/**
 * What is known from the start is exported at 0 from the start: an alert on a rate needs a first value.
 * @param latencyMs the objective. Only with a bound exactly on it can an alert count the requests that missed it
 */
export function createMetrics(features: readonly string[], latencyMs = 250): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);

  const requests = createCounters(registry, 'ml_serving_requests_total', 'Requests answered.', ['route', 'code']);
  const durations = createHistogram(
    registry,
    'ml_serving_request_duration_seconds',
    'Time from the arrival of a request to its answer.',
    [...new Set([...SECONDS, latencyMs / 1000])].sort((a, b) => a - b),
    'route',
  );
  const byRoute = new Map<string, { duration: FixedHistogram; codes: Map<number, FixedCounter> }>();
  const rejected = createCounters(registry, 'ml_serving_rejected_total', 'Requests turned away, by reason.', [
    'reason',
  ]);
  for (const reason of REJECT_REASONS) rejected(reason);
  const invalid = createCounters(
    registry,
    'ml_serving_input_invalid_total',
    'Input values that are missing, of a wrong type or outside of what the contract expects.',
    ['feature', 'reason'],
  );
  const named = new Set(features.slice(0, MAX_FEATURES));
  const shown = features.length > MAX_FEATURES ? [...named, OTHER_FEATURES] : [...named];
  for (const feature of shown) for (const reason of INVALID_REASONS) invalid(feature, reason);

  const unexpected = createCounters(
    registry,
    'ml_serving_unexpected_errors_total',
    'Errors that no code of the process has handled.',
    ['kind'],
  );
  for (const kind of UNEXPECTED_ERRORS) unexpected(kind);

  const stages = createHistogram(
    registry,
    'ml_serving_inference_duration_seconds',
    'Time spent in each stage of an inference.',
    SECONDS,
    'stage',
  );
  const batchSize = createHistogram(registry, 'ml_serving_batch_size', 'Rows in a run.', ROWS);
  const modelInfo = new Gauge({
    name: 'ml_serving_model_info',
    help: 'The model that is served; the value is 1.',
    labelNames: ['name', 'version', 'sha256', 'opset', 'runtime'],
    registers: [registry],
  });
  const loadedAt = new Gauge({
    name: 'ml_serving_model_loaded_timestamp_seconds',
    help: 'When the model was loaded.',
    registers: [registry],
  });
  const golden = new Gauge({
    name: 'ml_serving_golden_max_abs_diff',
    help: 'Largest difference between the golden samples and the answers to them.',
    labelNames: ['variant'],
    registers: [registry],
  });
  const disagreements = new Gauge({
    name: 'ml_serving_golden_disagreements',
    help: 'Golden samples whose answers are not within their tolerance.',
    labelNames: ['variant'],
    registers: [registry],
  });

  golden.set({}, 0);
  disagreements.set({}, 0);

  const metrics: Metrics = {
    registry,
    stages: {
      queue: stages('queue'),
      preprocess: stages('preprocess'),
      run: stages('run'),
      postprocess: stages('postprocess'),
    },
    batchSize: batchSize(),
    announce(routes) {
      for (const { route, codes } of routes) {
        const counters = codes.map((code): [number, FixedCounter] => [code, requests(route, `${code}`)]);
        byRoute.set(route, { duration: durations(route), codes: new Map(counters) });
      }
    },
    request(route, code, seconds) {
      const series = byRoute.get(route);
      if (!series) return;
      series.duration.observe(seconds);
      let counter = series.codes.get(code);
      if (!counter) {
        counter = requests(route, `${code}`);
        series.codes.set(code, counter);
      }
      counter.inc();
    },
    rejected: (reason) => rejected(reason).inc(),
    invalid: (feature, reason) => invalid(named.has(feature) ? feature : OTHER_FEATURES, reason).inc(),
    unexpected: (kind) => unexpected(kind).inc(),
    modelInfo(labels) {
      modelInfo.set(labels, 1);
      loadedAt.setToCurrentTime();
    },
    goldenDiff(difference, disagreeing, variant) {
      const labels = variant === undefined ? {} : { variant };
      golden.set(labels, difference);
      disagreements.set(labels, disagreeing);
    },
    queueDepth: () => 0,
    workers: () => ({ alive: 0, busy: 0 }),
  };
  new Gauge({
    name: 'ml_serving_queue_depth',
    help: 'Requests that wait for a run.',
    registers: [registry],
    collect() {
      this.set(metrics.queueDepth());
    },
  });
  new Gauge({
    name: 'ml_serving_workers',
    help: 'Inference workers that hold the model, and those of them that run it: none while the main thread runs it itself.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { alive, busy } = metrics.workers();
      this.set({ state: 'alive' }, alive);
      this.set({ state: 'busy' }, busy);
    },
  });
  const active = 'ml_serving_event_loop_active_seconds_total';
  registerSeries(registry, {
    name: active,
    // Beside the CPU's time, which counts all threads and not what they wait for, the only sign of a full main thread.
    help: 'Time in which the main thread was not waiting for anything: 1 per second is all that there is.',
    type: 'counter',
    values: () => [{ metricName: active, labels: {}, value: performance.eventLoopUtilization().active / 1000 }],
  });
  return metrics;
}
