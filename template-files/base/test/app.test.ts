import { boot, type Running } from '#runtime/testing';

/** What src/app.ts adds, in front of the service. Add a test for each guard and each route of yours. */
let service: Running;
beforeAll(async () => {
  service = await boot();
});
afterAll(() => service.close());

test('every route of the service answers behind src/app.ts, with a request id', async () => {
  const { model } = service.config.serving;
  for (const { method, path } of service.routes) {
    const url = service.url + path.replace(':model', model.name).replace(':version', model.version);
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', 'x-request-id': 'of-a-test' },
      ...(method === 'POST' && { body: '{}' }),
    });
    await response.arrayBuffer();
    expect([path, response.headers.get('x-request-id'), response.status < 500]).toEqual([path, 'of-a-test', true]);
  }
});

test('a path that no route has is answered in JSON', async () => {
  const response = await fetch(`${service.url}/no-such-route`);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
});
