import { gzipSync } from 'node:zlib';
import { bodyOf, boot, type Running } from '../helpers/service.ts';

let service: Running;
beforeAll(async () => {
  service = await boot();
});
afterAll(() => service.close());

const labelOf = (prediction: unknown) => (prediction as { label: string }).label;
const golden = () => {
  const samples = service.config.golden?.samples;
  if (!samples) throw new Error('the tests need golden samples');
  return samples;
};

async function errorOf(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/json');
  const body = (await response.json()) as { error: string; code: string };
  expect(Object.keys(body)).toEqual(['error', 'code']);
  return { status: response.status, ...body };
}

test('golden samples, all in one request, each with its own answer', async () => {
  const response = await service.post('/predict', { instances: golden().map(({ instance }) => instance) });
  expect(response.status).toBe(200);
  const { predictions, model_name, model_version } = (await response.json()) as {
    predictions: { label?: string; probabilities?: Record<string, number> }[];
    model_name: string;
    model_version: string;
  };
  expect(model_name).toBe(service.config.serving.model.name);
  expect(model_version).toBe(service.config.serving.model.version);
  expect(predictions).toHaveLength(golden().length);
  for (const [i, { prediction }] of golden().entries()) {
    const { label, probabilities = {} } = prediction as { label: string; probabilities?: Record<string, number> };
    expect(predictions[i]?.label).toBe(label);
    for (const [name, probability] of Object.entries(probabilities)) {
      expect(Math.abs((predictions[i]?.probabilities?.[name] ?? 9) - probability)).toBeLessThan(1e-5);
    }
  }
});

test('many at once: everyone gets the answer to his own question', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const sample = golden()[i % golden().length];
      const response = await service.post(
        '/predict',
        { instances: [sample?.instance] },
        { 'x-request-id': `request-${i}` },
      );
      const body = (await response.json()) as { id: string; predictions: { label: string }[] };
      expect(body.id).toBe(`request-${i}`);
      return [body.predictions[0]?.label, labelOf(sample?.prediction)];
    }),
  );
  for (const [found, expected] of answers) expect(found).toBe(expected);
});

test('where the contract says so, more rows than a batch holds are refused instead', async () => {
  const strict = await boot({
    config: (config) => ({
      ...config,
      serving: { ...config.serving, batching: { ...config.serving.batching, maxBatchSize: 2, oversized: 'refuse' } },
    }),
  });
  const row = [5.1, 3.5, 1.4, 0.2];
  expect((await strict.post('/predict', { instances: [row, row] })).status).toBe(200);
  const refused = await strict.post('/predict', { instances: [row, row, row] });
  expect(refused.status).toBe(400);
  expect(await bodyOf(refused)).toMatchObject({
    code: 'INVALID_INPUT',
    error: 'expected at most 2 rows in a request (batching.oversized), found 3',
  });
  await strict.close();
});

test('more rows than a batch holds are split, and come back in order', async () => {
  const instances = Array.from({ length: 100 }, (_, i) => golden()[i % golden().length]);
  const response = await service.post('/predict', { instances: instances.map((sample) => sample?.instance) });
  const { predictions } = (await response.json()) as { predictions: { label: string }[] };
  expect(predictions.map(({ label }) => label)).toEqual(instances.map((sample) => labelOf(sample?.prediction)));
});

test('GET /predict/test answers a sample and says whether it agrees', async () => {
  const body = await bodyOf(await fetch(`${service.url}/predict/test?sample=1`));
  expect(body).toMatchObject({ agrees: true, instance: golden()[1]?.instance, expected: golden()[1]?.prediction });
  expect(body['max_abs_diff']).toBeLessThan(1e-5);
  expect(await errorOf(await fetch(`${service.url}/predict/test?sample=99`))).toMatchObject({
    status: 400,
    code: 'INVALID_REQUEST',
  });
});

test.each<[string, string, number, string, string]>([
  ['no JSON', '{"instances": [', 400, 'INVALID_JSON', 'the body is not JSON'],
  ['an empty body', '', 400, 'INVALID_JSON', 'the body is not JSON'],
  ['another shape', '[1, 2]', 400, 'INVALID_REQUEST', 'expected {"instances": [...]}'],
  ['no instances', '{}', 400, 'INVALID_REQUEST', 'instances: expected a list, found nothing'],
  ['an empty list', '{"instances": []}', 400, 'INVALID_REQUEST', 'at least one'],
  ['an unknown key', '{"instances": [[1,2,3,4]], "x": 1}', 400, 'INVALID_REQUEST', 'found "x"'],
  ['a wrong width', '{"instances": [[1,2,3]]}', 400, 'INVALID_INPUT', 'instances[0]'],
  ['infinity', '{"instances": [[1e999,2,3,4]]}', 400, 'INVALID_INPUT', 'found Infinity'],
  [
    'too many',
    JSON.stringify({ instances: new Array(1025).fill([1, 2, 3, 4]) }),
    400,
    'INVALID_REQUEST',
    'at most 1024',
  ],
  ['deep nesting', '['.repeat(100_000) + ']'.repeat(100_000), 400, 'INVALID_REQUEST', 'expected {"instances"'],
  ['pollution', '{"__proto__": {"instances": [[1,2,3,4]]}}', 400, 'INVALID_REQUEST', 'instances: expected a list'],
])('%s is answered %i', async (_, body, status, code, message) => {
  const error = await errorOf(await service.post('/predict', body));
  expect(error).toMatchObject({ status, code });
  expect(error.error).toContain(message);
  // The next request is unharmed.
  expect((await service.post('/predict', { instances: [golden()[0]?.instance] })).status).toBe(200);
});

test('another media type is 415, a body that is no UTF-8 is 400', async () => {
  expect(await errorOf(await service.post('/predict', '{}', { 'content-type': 'text/plain' }))).toMatchObject({
    status: 415,
  });
  const response = await fetch(`${service.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Uint8Array.of(0x22, 0xff, 0x22),
  });
  expect(await errorOf(response)).toMatchObject({ status: 400, code: 'INVALID_JSON' });
});

test('a large body is 413, whether its length is declared or found', async () => {
  const large = `{"instances": "${'x'.repeat(5_000_000)}"}`;
  expect(await errorOf(await service.post('/predict', large))).toMatchObject({
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  });
  const stream = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 50; i++) controller.enqueue(new Uint8Array(100_000));
      controller.close();
    },
  });
  const chunked = await fetch(`${service.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: stream,
    duplex: 'half',
  } as RequestInit);
  expect(await errorOf(chunked)).toMatchObject({ status: 413 });
});

test('compressed bodies are taken, bombs are not', async () => {
  const send = (body: Uint8Array, encoding: string) =>
    fetch(`${service.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body,
    });
  const body = gzipSync(JSON.stringify({ instances: [golden()[0]?.instance] }));
  expect((await send(body, 'gzip')).status).toBe(200);
  expect((await send(body, 'GZIP')).status).toBe(200);
  expect(await errorOf(await send(gzipSync(Buffer.alloc(50_000_000)), 'gzip'))).toMatchObject({ status: 413 });
  expect(await errorOf(await send(body.subarray(0, 20), 'gzip'))).toMatchObject({ status: 400 });
  expect(await errorOf(await send(body, 'zstd'))).toMatchObject({ status: 415 });
});

test('a request id is taken where it is harmless, else made', async () => {
  const idOf = async (sent: string) => {
    const response = await service.post('/predict', { instances: [golden()[0]?.instance] }, { 'x-request-id': sent });
    const { id } = (await response.json()) as { id: string };
    expect(response.headers.get('x-request-id')).toBe(id);
    return id;
  };
  expect(await idOf('abc-123')).toBe('abc-123');
  expect(await idOf('"}{"x')).toMatch(/^[\w-]{12}-\d+$/);
  expect(await idOf('x'.repeat(200))).toMatch(/^[\w-]{12}-\d+$/);
  expect(service.logs).toContainEqual(expect.objectContaining({ id: 'abc-123', route: '/predict', status: 200 }));
});

describe('top_k', () => {
  const instances = [[5.1, 3.5, 1.4, 0.2]];
  const ask = async (query: string) => {
    const response = await service.post(`/predict${query}`, { instances });
    return { status: response.status, body: await bodyOf(response) };
  };
  const labels = async (query: string) => {
    const { predictions } = (await ask(query)).body as { predictions: { probabilities: object }[] };
    return Object.keys(predictions[0]?.probabilities ?? {});
  };

  test('leaves the likeliest classes, likeliest first', async () => {
    expect(await labels('?top_k=2')).toEqual(['setosa', 'versicolor']);
    expect(await labels('?top_k=99')).toHaveLength(3);
    expect(await labels('?other=1')).toHaveLength(3);
  });

  test.each(['0', '-1', '1.5', 'two', '', '1&top_k=2', '99999999'])('of %p is refused by name', async (value) => {
    expect(await ask(`?top_k=${value}`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', error: expect.stringContaining('top_k: expected one whole number') },
    });
  });
});
