import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { shutDown } from '../runtime/shutdown.ts';
import { boot, type Running } from './helpers/service.ts';

/* The steps of a shutdown, one by one, with a worker that takes 300 ms for a row of 700. */

const workerPath = fileURLToPath(new URL('./fixtures/double-worker.mjs', import.meta.url));

let service: Running;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shutdown-'));
  service = await boot({
    workerPath,
    config: (config) => ({
      ...config,
      golden: undefined,
      serving: {
        ...config.serving,
        limits: { ...config.serving.limits, timeoutMs: 10_000 },
        batching: { ...config.serving.batching, maxBatchSize: 1 },
        predictionLog: { ...config.serving.predictionLog, mode: 'full', to: 'file', path: join(folder, 'log.jsonl') },
      },
    }),
  });
});
afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

/** A client with one connection, which it keeps. */
function connect(): (first: number) => Promise<number | string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(service.url);
  return (first) =>
    new Promise((resolve) => {
      const body = JSON.stringify({ instances: [[first, 0, 0, 0]] });
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const req = request({ hostname, port, path: '/predict', method: 'POST', agent, headers }, (res) => {
        res.resume().on('end', () => resolve(res.statusCode ?? 0));
      });
      req.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'lost'));
      req.end(body);
    });
}

/** Of a process that goes on with other tests: it may not be killed, as it would be when the grace period is over. */
const kill = () => true as const;
const stop = () => shutDown(service, service.config, pino({ level: 'silent' }), 'SIGTERM', kill);
/** That so many requests are in the service, one at each worker. */
const accepted = async (requests: number) => {
  while (service.metrics.queueDepth() + service.config.workers < requests) await nextTurn();
};
const drains = async () => {
  while (service.predictor.accepts().ready) await nextTurn();
};
const listenerGone = async () => {
  while (service.server.listening) await nextTurn();
};

test('who comes when nothing is taken any more is told so, as long as balancers may not have noticed', async () => {
  const ask = connect();
  const stopped = stop();
  await drains();
  expect(await ask(1)).toBe(503);
  await stopped;
});

test('what is on its way to a connection that looks idle is answered', async () => {
  const ask = connect();
  expect(await ask(1)).toBe(200);
  const stopped = stop();
  await listenerGone();
  expect(await ask(1)).toBe(503);
  await stopped;
});

test('as long as something is in flight, connections that look idle are kept', async () => {
  const quiet = connect();
  expect(await quiet(1)).toBe(200);
  const inFlight = Array.from({ length: 16 }, () => connect()(700));
  await accepted(16);
  const stopped = stop();
  await listenerGone();
  // Time goes by, and there is more in flight.
  await Promise.race(inFlight);
  expect(await quiet(1)).toBe(503);
  expect(await Promise.all(inFlight)).toEqual(inFlight.map(() => 200));
  await stopped;
});

test('connections that stay idle do not keep it from ending', async () => {
  expect(await connect()(1)).toBe(200);
  const started = performance.now();
  await stop();
  expect(performance.now() - started).toBeLessThan(5000);
});

test('lines that still wait are written before it ends', async () => {
  const inFlight = [connect()(700), connect()(700), connect()(700)];
  await accepted(3);
  await stop();
  expect(await Promise.all(inFlight)).toEqual([200, 200, 200]);
  const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).status)).toEqual([200, 200, 200]);
});
