import type { Express } from 'express';
import type { Logger } from 'pino';
import type { AppContext, Configure, PredictOptions } from '../api.ts';
import type { Config } from '../config.ts';
import { ServiceError } from '../errors.ts';
import type { Models } from '../inference/models.ts';
import type { Metrics } from '../observability/metrics.ts';
import { withinTime } from '../time-limit.ts';

/** How long `configure` may take: it may wait for a secret or a database. */
const CONFIGURE_MS = 60_000;

/**
 * Lets src/app.ts add its middleware and routes.
 * @returns how many it has added
 * @throws CONFIG_INVALID where it fails
 */
export async function configureApp(app: Express, configure: Configure, context: AppContext): Promise<number> {
  const before = app.router.stack.length;
  try {
    const message = `it had not finished after ${CONFIGURE_MS / 1000} s`;
    await withinTime(configure(app, context), CONFIGURE_MS, (reject) => reject(new Error(message)));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError('CONFIG_INVALID', `src/app.ts: configure failed: ${reason}`, { cause });
  }
  return app.router.stack.length - before;
}

export interface AppContextDeps {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined until they are there: `configure` is called before. */
  readonly models: () => Pick<Models, 'pick' | 'lifecycle'> | undefined;
}

/** What `configure` gets. */
export function createAppContext({ config, logger, metrics, models }: AppContextDeps): AppContext {
  const { serving, host, port, logLevel, templateVersion } = config;
  return {
    config: deepFreeze({ serving: structuredClone(serving), host, port, logLevel, templateVersion }),
    logger,
    registry: metrics.registry,
    async predict(instances, options: PredictOptions = {}) {
      const { signal, timeoutMs = serving.limits.timeoutMs, requestId = 'internal', headers = {}, topK } = options;
      const served = models();
      if (!served) throw new ServiceError('NOT_READY', 'the model is being loaded');
      const { ready, reason } = served.lifecycle.accepts();
      if (!ready) throw new ServiceError('NOT_READY', reason);
      signal?.throwIfAborted();
      const { predictor } = served.pick({ id: requestId, headers });
      const call = {
        deadline: performance.now() + timeoutMs,
        id: requestId,
        headers,
        ...(signal && { client: clientOf(signal) }),
      };
      const texts = await predictor.predict(instances, call, topK);
      return texts.map((text): unknown => JSON.parse(text));
    },
  };
}

/** The scheduler gives up what waits for a client that has gone. */
function clientOf(signal: AbortSignal) {
  return {
    get destroyed() {
      return signal.aborted;
    },
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
