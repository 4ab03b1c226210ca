import { dirname, join, resolve } from 'node:path';
import type { ContractPart } from './contract/part.ts';
import { readServing } from './contract/read.ts';
import type { Serving } from './contract/serving.ts';
import { type Environment, readChoice, readInteger } from './environment.ts';
import { ServiceError } from './errors.ts';
import type { Feature } from './feature.ts';
import { features as chosenFeatures } from './features.ts';
import type { Golden, Question } from './inference/golden.ts';
import { availableCpus, workersFor } from './inference/limits/resources.ts';
import { findModel, readGolden, readText } from './model-files.ts';
import { ROOT } from './root.ts';

/** Everything that is set from outside. Read once, at the start; nothing else takes settings from process.env or serving.yaml. */
export interface Config {
  readonly serving: Serving;
  readonly golden: Golden | undefined;
  /** Instances that clients could send: the golden samples, with an answer or without. */
  readonly questions: readonly Question[];
  /** Where the golden samples are or would be. */
  readonly goldenPath: string;
  /** The path of serving.yaml, and the folder that it is in. */
  readonly servingPath: string;
  readonly folder: string;
  readonly modelPath: string;
  readonly templateVersion: string;
  /** The day of that version, YYYY-MM-DD. */
  readonly templateReleased: string | undefined;
  readonly workers: number;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly accessLog: AccessLog;
  /** The environment, for the variables of features. */
  readonly env: Environment;
  /** How long a shutdown may take before the process gives up on what is in flight. */
  readonly shutdownGraceMs: number;
  /** How long requests are still served after SIGTERM, for balancers that notice late. */
  readonly drainDelayMs: number;
}

/** Which requests get a log line at info: all, only those that failed, or none. */
export type AccessLog = 'all' | 'errors' | 'off';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const ACCESS_LOGS = ['all', 'errors', 'off'] as const;

/**
 * @param features what adds sections to serving.yaml
 * @throws CONFIG_INVALID with every problem of the first source that has one
 */
export function loadConfig(
  env: Environment = process.env,
  root: string = ROOT,
  features: readonly Feature[] = chosenFeatures,
): Config {
  const file = resolve(root, env['SERVING_CONFIG'] || 'serving.yaml');
  const serving = readServing(readText(file), readSchema(root), 'serving.yaml', contractParts(features));
  const folder = dirname(file);
  const modelPath = findModel(folder, serving.model.file, 'model.file');
  const goldenPath = join(dirname(modelPath), 'golden.json');
  const samples = readGolden(goldenPath);
  return {
    serving,
    servingPath: file,
    folder,
    modelPath,
    golden: samples?.golden,
    questions: samples?.all ?? [],
    goldenPath,
    ...readTemplate(root),
    workers: workerCount(serving, env),
    host: env['HOST'] || '0.0.0.0',
    port: readInteger(env, 'PORT', 8080, 0, 65535),
    logLevel: readChoice(env, 'LOG_LEVEL', 'info', LOG_LEVELS),
    accessLog: readChoice(env, 'ACCESS_LOG', 'all', ACCESS_LOGS),
    env,
    ...readShutdown(env),
  };
}

/** The sections that features add to serving.yaml. */
export function contractParts(features: readonly Feature[] = chosenFeatures): readonly ContractPart[] {
  return features.flatMap(({ contract }) => contract ?? []);
}

/** What serving.yaml may say, as JSON Schema. */
export function readSchema(root: string = ROOT): string {
  return readText(join(root, 'schema', 'serving.schema.json'));
}

/** A delay as long as the grace period would leave nothing of it for what is in flight. */
function readShutdown(env: Environment): Pick<Config, 'shutdownGraceMs' | 'drainDelayMs'> {
  const shutdownGraceMs = readInteger(env, 'SHUTDOWN_GRACE_MS', 25_000, 0, 3_600_000);
  const drainDelayMs = readInteger(env, 'DRAIN_DELAY_MS', 0, 0, 3_600_000);
  if (drainDelayMs === 0 || drainDelayMs < shutdownGraceMs) return { shutdownGraceMs, drainDelayMs };
  throw new ServiceError(
    'CONFIG_INVALID',
    `environment DRAIN_DELAY_MS: expected less than SHUTDOWN_GRACE_MS, which is ${shutdownGraceMs}, found ${drainDelayMs}`,
  );
}

function workerCount({ runtime }: Serving, env: Environment): number {
  const auto = workersFor(availableCpus(), runtime.intraOpThreads);
  return readInteger(env, 'WORKERS', runtime.workers === 'auto' ? auto : runtime.workers, 1, 256);
}

function readTemplate(root: string): Pick<Config, 'templateVersion' | 'templateReleased'> {
  const { mlServing } = JSON.parse(readText(join(root, 'package.json'))) as {
    mlServing?: { templateVersion?: unknown; templateReleased?: unknown };
  };
  const { templateVersion = 'unknown', templateReleased } = mlServing ?? {};
  return {
    templateVersion: String(templateVersion),
    templateReleased: typeof templateReleased === 'string' ? templateReleased : undefined,
  };
}
