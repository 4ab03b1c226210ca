import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Environment } from '../../environment.ts';
import { describe, ServiceError } from '../../errors.ts';
import type { PredictionLogSpec } from './contract.ts';
import { namesOf } from './field-names.ts';
import { createFileSink } from './file-sink.ts';
import type { PredictionLogMetrics } from './metrics.ts';
import { createPredictionLog, type PredictionLog } from './prediction-log.ts';
import { createRedact, digest, type Names } from './redact.ts';
import { createStreamSink } from './stream-sink.ts';

/** Letters of a key that cannot be guessed. */
const MIN_SALT = 16;
/** A failure that lasts is logged once in this time. */
const LOG_EVERY_MS = 60_000;

/**
 * The prediction log that serving.yaml describes; undefined where it is off.
 * @param hooked whether a preprocess hook takes instances whose fields are the team's own
 * @throws CONFIG_INVALID when it cannot hide what it is told to hide
 */
export function openPredictionLog(
  config: Config,
  metrics: PredictionLogMetrics,
  logger: Logger,
  hooked: boolean,
): PredictionLog | undefined {
  const { serving, templateVersion, folder, env } = config;
  const { mode, rate, to, path, maxBytes, files, bufferBytes, remove, hash } = serving.predictionLog;
  if (mode === 'off') return undefined;
  const names = namesOf(serving);
  // With a hook clients have names of their own.
  if (!hooked) checkFields(serving.predictionLog, names);
  const salt = readSalt(serving.predictionLog, env);
  let loggedAt = Number.NEGATIVE_INFINITY;
  return createPredictionLog({
    rate: mode === 'full' ? 1 : rate,
    bufferBytes,
    model: serving.model.name,
    templateVersion,
    sink: to === 'stdout' ? createStreamSink(logger) : createFileSink({ path: resolve(folder, path), maxBytes, files }),
    inAccessLog: to === 'stdout',
    // A hash without a secret key would be found by trying.
    hashKey: salt.length >= MIN_SALT ? (key) => digest(key, salt) : undefined,
    redact: createRedact({ remove, hash, salt, hooked }, names),
    events: {
      onWritten: (lines) => metrics.written.inc(lines),
      onDropped(lines, reason, error) {
        metrics.dropped[reason].inc(lines);
        const now = performance.now();
        if (now - loggedAt < LOG_EVERY_MS) return;
        loggedAt = now;
        logger.error({ reason, err: error }, 'the prediction log loses lines');
      },
    },
  });
}

/** A misspelt name would show what it was to hide. */
function checkFields(spec: PredictionLogSpec, { covers }: Names): void {
  for (const side of ['remove', 'hash'] as const) {
    const stranger = spec[side].find((name) => !covers.has(name));
    if (stranger === undefined) continue;
    const known = [...covers.keys()].slice(0, 12).join(', ');
    throw new ServiceError(
      'CONFIG_INVALID',
      `serving.yaml predictionLog.${side}: expected names of ${known}, found ${describe(stranger)}`,
    );
  }
}

/** Without a secret key a hashed value is found by trying: names, numbers and dates are few. */
function readSalt({ hash }: PredictionLogSpec, env: Environment): string {
  const salt = env['PREDICTION_LOG_SALT'] ?? '';
  if (hash.length === 0 || salt.length >= MIN_SALT) return salt;
  throw new ServiceError(
    'CONFIG_INVALID',
    `environment PREDICTION_LOG_SALT: expected a secret of at least ${MIN_SALT} letters, because predictionLog.hash is set, found ${salt.length}`,
  );
}
