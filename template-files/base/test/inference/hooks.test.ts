import { jest } from '@jest/globals';
import { predictRows } from '../../src/batch/predict-rows.ts';
import type { Row } from '../../src/batch/rows.ts';
import type { Running } from '../helpers/service.ts';

/* What a hook must not give. Both hooks are one module here: jest.config.js has the tests of these folders run without them. */

type Hook = (value: unknown) => unknown;
const same: Hook = (value) => value;
let [before, behind] = [same, same];
jest.unstable_mockModule('../../src/hooks/preprocess.ts', () => ({
  preprocess: (instance: unknown) => before(instance),
  postprocess: (prediction: unknown) => behind(prediction),
}));
const { boot, bodyOf } = await import('../helpers/service.ts');

let service: Running;
beforeAll(async () => {
  service = await boot();
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
  ['a promise', async () => ({}), 'a value of JSON, found a promise'],
  ['no number', () => ({ value: Number.NaN }), 'finite numbers, found NaN'],
  ['no number, further in', () => [{ of: [1, Number.POSITIVE_INFINITY] }], 'finite numbers, found Infinity'],
])('a postprocess hook that gives %s fails its request and its row, and the log says so', async (_, hook, says) => {
  behind = hook;
  expect(await ask()).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
  const { err } = service.logs.at(-2) as { err: { code: string; message: string } };
  const message = `src/hooks/postprocess.ts, instances[0]: expected it to return ${says}`;
  expect(err).toMatchObject({ code: 'HOOK_FAILED', message: expect.stringContaining(message) });

  async function* rows(): AsyncGenerator<Row> {
    yield { row: 0, line: 1, bytes: 1, instance: INSTANCE };
  }
  const pace = { rows: 8, bytes: 1000, inFlight: 1, timeoutMs: 10_000 };
  for await (const { error } of predictRows(rows(), service.predictor, pace)) {
    expect(error).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining(message) });
  }
});

test.each<[string, Hook, string]>([
  ['nothing', () => undefined, 'an instance, found nothing'],
  ['a promise', async (instance) => instance, 'an instance, found a promise'],
])('a preprocess hook that gives %s is no fault of the client', async (_, hook, says) => {
  before = hook;
  expect(await ask()).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
  const { err } = service.logs.at(-2) as { err: { message: string } };
  expect(err.message).toBe(`src/hooks/preprocess.ts, instances[0]: expected it to return ${says}`);
});

test('what a hook leaves out of an object, and null, are its own choice', async () => {
  behind = () => ({ label: null, note: undefined });
  expect((await ask()).body['predictions']).toEqual([{ label: null }]);
});
