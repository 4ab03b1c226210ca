import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { preprocess } from '../../../src/hooks/preprocess.ts';
import type { Config } from '../../config.ts';
import { describe, ServiceError } from '../../errors.ts';
import { namesOf } from '../../field-names.ts';
import type { ModelHealth } from '../../observability/model-health.ts';
import type { PredictionLogSpec } from './contract.ts';
import { createFileSink } from './file-sink.ts';
import { createPredictionLog, type PredictionLog } from './prediction-log.ts';
import { createRedact, type Names } from './redact.ts';
import { createStreamSink } from './stream-sink.ts';

/** A failure that lasts is said once in a while. */
const COMPLAIN_MS = 60_000;

/** The prediction log that serving.yaml describes; undefined where it is off. @throws CONFIG_INVALID where it would redact what there is not */
export function openPredictionLog(config: Config, health: ModelHealth, logger: Logger): PredictionLog | undefined {
  const { serving, templateVersion, folder, predictionLogSalt: salt } = config;
  const { mode, rate, to, path, maxBytes, files, bufferBytes, remove, hash } = serving.predictionLog;
  if (mode === 'off') return undefined;
  const names = namesOf(serving);
  checkFields(serving.predictionLog, names);
  let complainedAt = Number.NEGATIVE_INFINITY;
  return createPredictionLog({
    rate: mode === 'full' ? 1 : rate,
    bufferBytes,
    model: serving.model.name,
    templateVersion,
    sink: to === 'stdout' ? createStreamSink(logger) : createFileSink({ path: resolve(folder, path), maxBytes, files }),
    inAccessLog: to === 'stdout',
    redact: createRedact({ remove, hash, salt, hooked: preprocess !== undefined }, names),
    events: {
      onWritten: (lines) => health.logWritten.inc(lines),
      onDropped(lines, reason, error) {
        health.logDropped[reason].inc(lines);
        const now = performance.now();
        if (now - complainedAt < COMPLAIN_MS) return;
        complainedAt = now;
        logger.error({ reason, err: error }, 'the prediction log loses lines');
      },
    },
  });
}

/** A misspelt name would show what it was to hide. With a preprocess hook clients have names of their own. */
function checkFields(spec: PredictionLogSpec, { covers }: Names): void {
  if (preprocess) return;
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
