import { inputError } from '../../runtime/errors.ts';
import { predictRows } from '../../runtime/features/batch/predict-rows.ts';
import type { Row } from '../../runtime/features/batch/rows.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';

/* Hooks of one instance, as until version 0.9: what they must not give. */

type Hook = (value: unknown) => unknown;
const same: Hook = (value) => value;
let [before, behind] = [same, same];
const hooks = {
  preprocess: (instance: unknown) => before(instance),
  postprocess: (prediction: unknown) => behind(prediction),
};

let service: Running;
beforeAll(async () => {
  service = await boot({ hooks });
});
afterAll(() => service.close());
beforeEach(() => {
  [before, behind] = [same, same];
});

const INSTANCE = [5.1, 3.5, 1.4, 0.2];
const ask = async () => {
  const response = await service.post('/predict', { instances: [INSTANCE] });
  return { status: response.status, body: await bodyOf(response) };
};

test.each<[string, Hook, string]>([
  ['nothing', () => undefined, 'a value of JSON, found nothing'],
  ['a function', () => same, 'a value of JSON, found '],
  ['a promise of nothing', async () => undefined, 'a value of JSON, found nothing'],
  ['no number', () => ({ value: Number.NaN }), 'finite numbers, found NaN'],
  ['no number, further in', () => [{ of: [1, Number.POSITIVE_INFINITY] }], 'finite numbers, found Infinity'],
])('a postprocess hook that gives %s fails its request and its row, and the log says so', async (_, hook, says) => {
  behind = hook;
  expect(await ask()).toMatchObject({ status: 500, body: { code: 'HOOK_FAILED' } });
  const { err } = service.logs.at(-2) as { err: { code: string; message: string } };
  const message = `src/hooks/postprocess.ts, instances[0]: expected it to return ${says}`;
  expect(err).toMatchObject({ code: 'HOOK_FAILED', message: expect.stringContaining(message) });

  async function* rows(): AsyncGenerator<Row> {
    yield { row: 0, line: 1, bytes: 1, instance: INSTANCE };
  }
  const pace = { rows: 8, bytes: 1000, inFlight: 1, timeoutMs: 10_000 };
  for await (const { error } of predictRows(rows(), service.predictor, pace)) {
    expect(error).toMatchObject({ code: 'HOOK_FAILED', message: expect.stringContaining(message) });
  }
});

test.each<[string, Hook, string]>([
  ['nothing', () => undefined, 'an instance, found nothing'],
  ['a promise of nothing', async () => undefined, 'an instance, found nothing'],
])('a preprocess hook that gives %s is no fault of the client', async (_, hook, says) => {
  before = hook;
  expect(await ask()).toMatchObject({ status: 500, body: { code: 'HOOK_FAILED' } });
  const { err } = service.logs.at(-2) as { err: { message: string } };
  expect(err.message).toBe(`src/hooks/preprocess.ts, instances[0]: expected it to return ${says}`);
});

test('what a hook leaves out of an object, and null, are its own choice', async () => {
  behind = () => ({ label: null, note: undefined });
  expect((await ask()).body['predictions']).toEqual([{ label: null }]);
});

test('hooks may return promises, which are awaited', async () => {
  before = async (instance) => instance;
  behind = async (prediction) => ({ asked: (prediction as { label: string }).label });
  expect(await ask()).toEqual({
    status: 200,
    body: expect.objectContaining({ predictions: [{ asked: expect.any(String) }] }),
  });
});

const SECRET = 'password=hunter2';
const failing: Readonly<Record<string, Hook>> = {
  'throws an error': () => {
    throw new Error(SECRET);
  },
  'returns a promise that rejects': async () => {
    throw new Error(SECRET);
  },
  'rejects without an error': () => Promise.reject(SECRET),
};

describe.each(['preprocess', 'postprocess'])('a %s hook', (name) => {
  test.each(Object.keys(failing))('that %s fails its request alone, with its reason in the log alone', async (what) => {
    if (name === 'preprocess') before = failing[what] as Hook;
    else behind = failing[what] as Hook;
    const { status, body } = await ask();
    expect([status, body['code']]).toEqual([500, 'HOOK_FAILED']);
    expect(body['error']).toContain(`src/hooks/${name}.ts, instances[0]: the hook failed`);
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(JSON.stringify(service.logs.at(-2))).toContain(SECRET);
    [before, behind] = [same, same];
    expect((await ask()).status).toBe(200);
  });

  test('that never finishes is given up at the deadline', async () => {
    const never: Hook = () => new Promise(() => {});
    [before, behind] = name === 'preprocess' ? [never, same] : [same, never];
    const response = await service.post('/predict', { instances: [INSTANCE] }, { 'x-timeout-ms': '20' });
    expect(response.status).toBe(504);
    expect(await bodyOf(response)).toMatchObject({ code: 'TIMEOUT', error: expect.stringContaining(name) });
  });
});

test('of several instances, every promise that rejects is handled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  const reject: Hook = () => Promise.reject(new Error('late'));
  const calls = [reject, reject, failing['throws an error'] as Hook];
  before = (instance) => calls.shift()?.(instance);
  const response = await service.post('/predict', { instances: [INSTANCE, INSTANCE, INSTANCE] });
  expect(await bodyOf(response)).toMatchObject({ code: 'HOOK_FAILED', error: expect.stringContaining('instances[2]') });
  before = reject;
  expect((await service.post('/predict', { instances: [INSTANCE, INSTANCE] })).status).toBe(500);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('what a hook means to answer is answered', async () => {
  before = async () => {
    throw inputError('instances[0].length_mm', 'a number', 'x');
  };
  expect(await ask()).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
});
