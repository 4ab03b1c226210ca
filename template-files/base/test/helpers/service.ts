import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Config, loadConfig } from '../../src/config.ts';
import { startWorkers } from '../../src/inference/startup.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createService, type Service, type ServiceOptions } from '../../src/service.ts';

export interface Running extends Service {
  readonly url: string;
  readonly config: Config;
  /** Parsed log lines so far. */
  readonly logs: readonly Record<string, unknown>[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export interface BootOptions extends ServiceOptions {
  readonly config?: (config: Config) => Config;
  readonly start?: boolean;
  /** A double of the worker's module. */
  readonly workerPath?: string;
  /** Boots the repository's own model. */
  readonly own?: boolean;
}

/** A service of which the tests know everything, in whatever repository they run. */
export const SAMPLE = 'test/fixtures/sample/serving.yaml';

const open = new Set<Running>();
// A test that failed may not have come to its close(): what stays open would keep Jest from ending.
afterAll(() => Promise.all([...open].map((service) => service.close())));

/** Boots the real service with a real model on a port of its own. */
export async function boot({ own = false, workerPath, ...options }: BootOptions = {}): Promise<Running> {
  const loaded = loadConfig({ WORKERS: '1', ...(own ? {} : { SERVING_CONFIG: SAMPLE }), ...process.env });
  const config = options.config?.(loaded) ?? loaded;
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger('info', {
    write: (text) => {
      for (const line of text.trim().split('\n')) logs.push(JSON.parse(line));
    },
  });
  const pools = workerPath === undefined ? {} : { pools: startWorkers(config, workerPath) };
  const service = createService(config, logger, { ...options, ...pools });
  service.server.listen(0, '127.0.0.1');
  await once(service.server, 'listening');
  const url = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`;
  let closed: Promise<void> | undefined;
  const running: Running = {
    ...service,
    url,
    config,
    logs,
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close() {
      closed ??= (async () => {
        open.delete(running);
        service.server.close();
        service.server.closeAllConnections();
        await service.predictor.close();
      })();
      return closed;
    },
  };
  open.add(running);
  if (options.start !== false) await service.predictor.start();
  return running;
}

/** The body of an answer that is a JSON object. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}
