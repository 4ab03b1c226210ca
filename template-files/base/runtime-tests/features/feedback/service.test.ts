import { bodyOf, boot, type Running } from '../../helpers/service.ts';

let service: Running;
beforeAll(async () => {
  service = await boot();
});
afterAll(() => service.close());

const counts = async () => {
  const text = await service.metrics.registry.metrics();
  return ['correct', 'wrong', 'unmatched'].map((outcome) =>
    Number(new RegExp(`feedback_total\\{outcome="${outcome}"[^}]*\\} (\\d+)`).exec(text)?.[1]),
  );
};
const grown = async (before: readonly number[]) => (await counts()).map((count, i) => count - (before[i] ?? 0));

async function ask(instances: unknown[], id?: string) {
  const response = await service.post('/predict', { instances }, id ? { 'x-request-id': id } : {});
  return bodyOf(response);
}
const SETOSA = [5.1, 3.5, 1.4, 0.2];
const VIRGINICA = [7.2, 3, 5.8, 1.6];

test('a true label is compared with the prediction of its id, once', async () => {
  const before = await counts();
  const { id } = await ask([SETOSA, VIRGINICA]);
  expect(await bodyOf(await service.post('/feedback', { id, label: 'setosa' }))).toEqual({
    id,
    instance: 0,
    predicted: 'setosa',
    correct: true,
  });
  const wrong = await bodyOf(await service.post('/feedback', { id, instance: 1, label: 'setosa' }));
  expect(wrong).toMatchObject({ predicted: 'virginica', correct: false });
  const again = await service.post('/feedback', { id, label: 'virginica' });
  expect([again.status, (await bodyOf(again))['code']]).toEqual([409, 'FEEDBACK_GIVEN']);
  expect(await grown(before)).toEqual([1, 1, 0]);
});

test('the protocol’s own id is an id as well', async () => {
  const tensor = { name: 'float_input', shape: [1, 4], datatype: 'FP32', data: SETOSA };
  const { name } = service.config.serving.model;
  await service.post(`/v2/models/${name}/infer`, { id: 'my order 66', inputs: [tensor] });
  expect(await bodyOf(await service.post('/feedback', { id: 'my order 66', label: 'setosa' }))).toMatchObject({
    correct: true,
  });
});

test('golden samples are remembered for nobody', async () => {
  await fetch(`${service.url}/predict/test`, { headers: { 'x-request-id': 'probe' } });
  expect((await service.post('/feedback', { id: 'probe', label: 'setosa' })).status).toBe(404);
});

test('what is not known is counted', async () => {
  const before = await counts();
  const response = await service.post('/feedback', { id: 'of yesterday', label: 'setosa' });
  expect([response.status, (await bodyOf(response))['code']]).toEqual([404, 'PREDICTION_NOT_FOUND']);
  await ask([SETOSA], 'one');
  expect((await service.post('/feedback', { id: 'one', instance: 1, label: 'setosa' })).status).toBe(404);
  expect(await grown(before)).toEqual([0, 0, 2]);
});

test.each([
  [{}, /^id: expected the id of an answer, found nothing/],
  [{ id: 7, label: 'setosa' }, /^id: expected/],
  [{ id: 'x'.repeat(1025), label: 'setosa' }, /^id: expected/],
  [{ id: 'one', label: 'rose' }, /^label: expected one of setosa, versicolor, virginica, found "rose"/],
  [{ id: 'one', label: 0 }, /^label: expected/],
  [{ id: 'one', label: '__proto__' }, /^label: expected/],
  [{ id: 'one', value: 1 }, /^the body: expected .* found "value"/],
  [{ id: 'one', label: 'setosa', more: 1 }, /^the body: expected .* found "more"/],
  [{ id: 'one', label: 'setosa', instance: -1 }, /^instance: expected/],
  [{ id: 'one', label: 'setosa', instance: 0.5 }, /^instance: expected/],
  [[], /^the body: expected/],
  [null, /^the body: expected/],
])('%j is refused by name', async (body, message) => {
  const before = await counts();
  const response = await service.post('/feedback', body as never);
  expect(response.status).toBe(400);
  expect((await bodyOf(response))['error']).toMatch(message);
  expect(await grown(before)).toEqual([0, 0, 0]);
});

test('bodies are short', async () => {
  const response = await service.post('/feedback', { id: 'x', label: 'y'.repeat(20_000) });
  expect(response.status).toBe(413);
  expect((await bodyOf(response))['error']).toBe('the body is larger than 16384 bytes');
});

test('without memory there is no route', async () => {
  const without = await boot({
    config: (config) => ({
      ...config,
      serving: { ...config.serving, feedback: { maxPredictions: 0, ttlSeconds: 1 } },
    }),
  });
  try {
    expect((await without.post('/feedback', { id: 'a', label: 'setosa' })).status).toBe(404);
    const { paths } = (await bodyOf(await fetch(`${without.url}/openapi.json`))) as { paths: object };
    expect(Object.keys(paths)).not.toContain('/feedback');
  } finally {
    await without.close();
  }
});

test('a class that is named by an integer may be told as one', async () => {
  const named = await boot({
    config: (config) => {
      const outputs = config.serving.outputs.map((output) => ({ ...output, labels: ['5', '15', '25'] }));
      return { ...config, serving: { ...config.serving, outputs }, golden: undefined };
    },
  });
  try {
    const { id } = await bodyOf(await named.post('/predict', { instances: [SETOSA, VIRGINICA] }));
    expect(await bodyOf(await named.post('/feedback', { id, label: 5 }))).toMatchObject({
      predicted: '5',
      correct: true,
    });
    const wrong = await named.post('/feedback', { id, instance: 1, label: '5' });
    expect(await bodyOf(wrong)).toMatchObject({ predicted: '25', correct: false });
    const refused = await bodyOf(await named.post('/feedback', { id, label: 7 }));
    expect(refused['error']).toBe('label: expected one of 5, 15, 25, found 7');
    const { components } = await bodyOf(await fetch(`${named.url}/openapi.json`));
    expect(components).toMatchObject({
      schemas: { Feedback: { properties: { label: { enum: ['5', '15', '25', 5, 15, 25] } } } },
    });
  } finally {
    await named.close();
  }
});

test('a truth with what a log says of it is counted though the prediction is forgotten', async () => {
  const before = await counts();
  const { version } = service.config.serving.model;
  const late = { id: 'of last week', label: 'setosa', predicted: 'virginica', version };
  const first = await service.post('/feedback', late);
  expect([first.status, await bodyOf(first)]).toEqual([
    200,
    { id: 'of last week', instance: 0, predicted: 'virginica', correct: false },
  ]);
  expect((await service.post('/feedback', late)).status).toBe(409);
  expect(await grown(before)).toEqual([0, 1, 0]);
});

test.each([
  [{ predicted: 'setosa' }, 400, /^version: expected the version that has predicted it, with predicted, found nothing/],
  [{ version: '1.0.0' }, 400, /^predicted: expected one of setosa, versicolor, virginica, found nothing/],
  [{ predicted: 'rose', version: '1.0.0' }, 400, /^predicted: expected one of setosa/],
  [{ predicted: 'setosa', version: 7 }, 400, /^version: expected the version/],
  [{ predicted: 'setosa', version: '0.1.0' }, 404, /version "0.1.0" does not answer clients here/],
])('what a log says is refused when it is wrong: %j', async (logged, status, message) => {
  const before = await counts();
  const response = await service.post('/feedback', { id: 'x', label: 'setosa', ...logged });
  expect([response.status, await bodyOf(response)]).toEqual([
    status,
    expect.objectContaining({ error: expect.stringMatching(message) }),
  ]);
  expect(await grown(before)).toEqual([0, 0, 0]);
});

test('without the feature there is no route, no series and no word of it in OpenAPI', async () => {
  const without = await boot({ features: [] });
  const { id } = await bodyOf(await without.post('/predict', { instances: [SETOSA] }));
  expect((await without.post('/feedback', { id, label: 'setosa' })).status).toBe(404);
  expect(await without.metrics.registry.metrics()).not.toMatch(/feedback/);
  expect(await (await fetch(`${without.url}/openapi.json`)).text()).not.toMatch(/feedback/i);
});
