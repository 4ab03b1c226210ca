import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Config, loadConfig } from './config.ts';
import { createHookRunner } from './inference/hooks.ts';
import { startWorkers } from './inference/startup.ts';
import { createLogger } from './observability/logger.ts';
import { createService, type Service, type ServiceOptions } from './service.ts';
import { loadConfigure, loadHooks } from './team.ts';

/** For tests: the real service with a real model, in this process, on a free port. */

export interface Running extends Service {
  readonly url: string;
  readonly config: Config;
  /** Parsed log lines so far. */
  readonly logs: readonly Record<string, unknown>[];
  /** What the preprocess hook makes of instances; the instances themselves where there is none. */
  preprocessed(instances: readonly unknown[]): Promise<readonly unknown[]>;
  /** Sends JSON. A text is sent as it is. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Stops the service. May be called again. */
  close(): Promise<void>;
}

export interface BootOptions extends ServiceOptions {
  readonly config?: (config: Config) => Config;
  /** `false`: the service listens, but the model is not loaded yet. */
  readonly start?: boolean;
  /** Environment of the service, on top of that of the tests. */
  readonly env?: NodeJS.ProcessEnv;
  /** The module that the inference workers run; the runtime's own by default. */
  readonly workerPath?: string;
}

/** For a hook that a test calls by itself. */
const HOOK_MS = 60_000;

/** Boots the service on 127.0.0.1 with one worker, and src/app.ts and src/hooks/ unless others are given. @throws what the start of the service throws */
export async function boot({ workerPath, env, ...options }: BootOptions = {}): Promise<Running> {
  const loaded = loadConfig({ WORKERS: '1', ...process.env, ...env });
  const config = options.config?.(loaded) ?? loaded;
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger('info', {
    write: (text) => {
      for (const line of text.trim().split('\n')) logs.push(JSON.parse(line));
    },
  });
  const pool = workerPath === undefined ? {} : { pool: startWorkers(config, workerPath) };
  const { configure = await loadConfigure(), hooks = await loadHooks() } = options;
  const service = await createService(config, logger, { ...options, configure, hooks, ...pool });
  const hook = createHookRunner(hooks, { logger }).preprocess;
  service.server.listen(0, '127.0.0.1');
  await once(service.server, 'listening');
  const url = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`;
  let closed: Promise<void> | undefined;
  const running: Running = {
    ...service,
    url,
    config,
    logs,
    preprocessed: async (instances) =>
      (await hook?.(instances, { deadline: performance.now() + HOOK_MS })) ?? instances,
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close() {
      closed ??= (async () => {
        service.server.close();
        service.server.closeAllConnections();
        await service.predictor.close();
      })();
      return closed;
    },
  };
  if (options.start !== false) await service.predictor.start();
  return running;
}
