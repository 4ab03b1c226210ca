import { boot, type Running } from '#runtime/testing';

/** What clients and the platform hold on to: readiness, predictions, errors and the shutdown. */
let service: Running;
beforeAll(async () => {
  service = await boot({ configure: () => {}, start: false });
});
afterAll(() => service.close());

const get = async (path: string) => {
  const response = await fetch(service.url + path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const predict = async (body: unknown) => {
  const response = await service.post('/predict', body);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const instances = () => (service.config.golden?.samples ?? []).map(({ instance }) => instance);

test('before the model is loaded the service is alive, and not ready', async () => {
  expect(await get('/v2/health/live')).toMatchObject({ status: 200 });
  expect(await get('/v2/health/ready')).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
  expect(await predict({ instances: instances() })).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
});

test('with the model it is ready, and answers', async () => {
  await service.predictor.start();
  expect(await get('/v2/health/ready')).toMatchObject({ status: 200, body: { ready: true } });
  const { model } = service.config.serving;
  expect(await predict({ instances: instances() })).toMatchObject({
    status: 200,
    body: { model_name: model.name, model_version: model.version, predictions: expect.any(Array) },
  });
  expect(await get('/metadata')).toMatchObject({ body: { sha256: model.sha256, model_type: model.type } });
});

test.each<[string, unknown, number, string]>([
  ['no JSON', 'not json', 400, 'INVALID_JSON'],
  ['no instances', {}, 400, 'INVALID_REQUEST'],
  ['an empty list', { instances: [] }, 400, 'INVALID_REQUEST'],
])('%s is refused with its code', async (_, body, status, code) => {
  expect(await predict(body)).toMatchObject({ status, body: { code, error: expect.any(String) } });
});

test('a path and a method that are not there are 404 and 405', async () => {
  expect(await get('/no-such-route')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  expect(await get('/predict')).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
});

test('a shutdown finishes what was accepted, and then takes nothing', async () => {
  const accepted = predict({ instances: instances() });
  expect(await accepted).toMatchObject({ status: 200 });
  service.predictor.stop();
  expect(await get('/v2/health/ready')).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
  expect(await predict({ instances: instances() })).toMatchObject({ status: 200 });
  await service.predictor.drain();
  expect(await predict({ instances: instances() })).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
});
