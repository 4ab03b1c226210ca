import { fileURLToPath } from 'node:url';
import type { Config } from '../../runtime/config.ts';
import type { Limits } from '../../runtime/contract/serving.ts';
import { HELD, type HeldRuns, holdRuns } from '../helpers/held-runs.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';
import { until } from '../helpers/until.ts';

/** What happens under load, told by a worker that answers each row with itself and fails on demand. */
const workerPath = fileURLToPath(new URL('../fixtures/double-worker.mjs', import.meta.url));

let service: Running;
let held: HeldRuns;
beforeEach(() => {
  held = holdRuns();
});
afterEach(async () => {
  held.close();
  await service.close();
});

const start = async (limits: Partial<Limits> = {}, workers = 1, maxBatchSize = 32) => {
  service = await boot({
    workerPath,
    config: (config: Config) => ({
      ...config,
      golden: undefined,
      workers,
      serving: {
        ...config.serving,
        limits: { ...config.serving.limits, timeoutMs: 5000, ...limits },
        batching: { ...config.serving.batching, maxBatchSize },
      },
    }),
  });
};

async function ask(first: number, init: RequestInit = {}) {
  const response = await fetch(`${service.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [[first, 0, 0, 0]] }),
    ...init,
  });
  const body = (await bodyOf(response)) as { predictions?: { probabilities: { setosa: number } }[]; code?: string };
  return {
    status: response.status,
    code: body.code,
    value: (body.predictions?.[0]?.probabilities.setosa ?? 0) * 1024,
    response,
  };
}

const metric = async (name: string) => {
  const text = await service.metrics.registry.metrics();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
};

test('dead workers are replaced under traffic: everyone else gets his own answer', async () => {
  await start({}, 2);
  const answers = await Promise.all(
    Array.from({ length: 300 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i));
      const poison = i % 100 === 50;
      const { status, code, value } = await ask(poison ? 666 : i);
      return poison ? [code, 'INFERENCE_FAILED'] : [`${status} ${value}`, `200 ${i}`];
    }),
  );
  for (const [found, expected] of answers) expect(found).toBe(expected);
  expect(service.logs.filter(({ msg }) => msg === 'an inference worker died and is replaced').length).toBeGreaterThan(
    1,
  );
  expect(service.predictor.readiness().ready).toBe(true);
});

test('what was handed ahead to a worker that dies is answered by the next one', async () => {
  await start({}, 1, 4);
  const slow = ask(HELD);
  await held.begun();
  const poison = ask(666);
  await until(() => service.metrics.queueDepth() === 1);
  const others = [1, 2, 3, 4, 5, 6, 7].map((value) => ask(value));
  await until(() => service.metrics.queueDepth() === 8);
  held.release();
  const answers = await Promise.all([poison, ...others]);
  expect(answers.map(({ code, value }) => code ?? value)).toEqual(['INFERENCE_FAILED', 1, 2, 3, 4, 5, 6, 7]);
  expect((await slow).value).toBe(HELD);
});

test('a bad row is its own caller’s, not its neighbours’', async () => {
  await start();
  const slow = ask(700);
  const answers = await Promise.all([1, 2, 667, 4, 5].map((value) => ask(value)));
  await slow;
  expect(answers.map(({ status, value }) => (status === 200 ? value : status))).toEqual([1, 2, 500, 4, 5]);
  const id = answers[2]?.response.headers.get('x-request-id');
  expect(service.logs).toContainEqual(expect.objectContaining({ id, reason: 'row of 667' }));
});

test('an answer that is narrower than promised is nobody’s: no row holds scores of another', async () => {
  await start();
  const slow = ask(700);
  const answers = await Promise.all([1, 668, 3].map((value) => ask(value)));
  await slow;
  expect(answers.map(({ status, value }) => (status === 200 ? value : status))).toEqual([1, 500, 3]);
  const reason = 'outputs[0] of serving.yaml: expected [1, 3], the model answered [1, 1]';
  expect(service.logs).toContainEqual(expect.objectContaining({ reason }));
});

test('a full queue answers 503 at once, with Retry-After, and is counted', async () => {
  await start({ maxQueue: 2 }, 1, 1);
  const first = ask(HELD);
  await held.begun();
  const refused: Awaited<ReturnType<typeof ask>>[] = [];
  const asked = [1, 2, 3, 4, 5].map((value) =>
    ask(value).then((answer) => {
      if (answer.status === 503) refused.push(answer);
    }),
  );
  // As long as the run is held nothing else answers.
  await until(() => refused.length === 3);
  for (const { code, response } of refused) {
    expect([code, response.headers.get('retry-after')]).toEqual(['QUEUE_FULL', '1']);
  }
  held.release();
  await Promise.all(asked);
  expect(refused).toHaveLength(3);
  expect((await first).status).toBe(200);
  expect(await metric('ml_serving_rejected_total{reason="queue_full"}')).toBe(3);
});

test('a request waits no longer than the timeout; its own may only be shorter', async () => {
  await start({ timeoutMs: 150 });
  const headers = (ms: string) => ({ headers: { 'content-type': 'application/json', 'x-timeout-ms': ms } });
  const order: string[] = [];
  const inTurn = async (name: string, answer: ReturnType<typeof ask>) => {
    expect(await answer).toMatchObject({ status: 504, code: 'TIMEOUT' });
    order.push(name);
  };
  await Promise.all([inTurn('the service’s', ask(HELD)), inTurn('its own', ask(HELD, headers('20')))]);
  expect(order).toEqual(['its own', 'the service’s']);
  expect(await ask(HELD, headers('100000'))).toMatchObject({ status: 504 });
  for (const wrong of ['0', '-5', 'soon', '1.5']) {
    expect(await ask(1, headers(wrong))).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  }
  expect(await metric('ml_serving_rejected_total{reason="timeout"}')).toBe(3);
});

test('a client that goes away frees its place', async () => {
  await start({ maxQueue: 3 }, 1, 1);
  const running = ask(HELD);
  await held.begun();
  const leaving = new AbortController();
  const left = [1, 2, 3].map((value) => ask(value, { signal: leaving.signal }).catch(() => 'left'));
  const waiting = () => metric('ml_serving_queue_depth');
  await until(async () => (await waiting()) === 3);
  leaving.abort();
  await Promise.all(left);
  await until(async () => (await waiting()) === 0);
  held.release();
  expect(await ask(4)).toMatchObject({ status: 200, value: 4 });
  await running;
  expect(await metric('ml_serving_rejected_total{reason="client_gone"}')).toBe(3);
});

test('probes are answered while every worker is busy', async () => {
  await start();
  const busy = ask(HELD);
  await held.begun();
  for (let i = 0; i < 3; i++) expect((await fetch(`${service.url}/v2/health/live`)).status).toBe(200);
  held.release();
  expect(await busy).toMatchObject({ status: 200 });
});

test('a drain finishes what was accepted and refuses what is new', async () => {
  await start();
  const accepted = ask(HELD);
  await held.begun();
  const drained = service.predictor.drain();
  const refused = await ask(1);
  expect([refused.status, refused.code, refused.response.headers.get('connection')]).toEqual([
    503,
    'NOT_READY',
    'close',
  ]);
  held.release();
  await drained;
  expect(await accepted).toMatchObject({ status: 200, value: HELD });
});

test('while there is no worker the service is not ready, and what comes waits for the next one', async () => {
  await start();
  expect(await ask(666)).toMatchObject({ code: 'INFERENCE_FAILED' });
  // It took two workers with it: the second one is replaced after a pause.
  const ready = await fetch(`${service.url}/v2/health/ready`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('workers are being replaced')]);
  expect(await ask(1)).toMatchObject({ status: 200, value: 1 });
  expect((await fetch(`${service.url}/v2/health/ready`)).status).toBe(200);
});
