import { ServiceError } from '../../src/errors.ts';
import { boot, type Running } from '../helpers/service.ts';

/** Every route is asked twice: of the server with its hot way, and of one where all goes through Express. */
const servers: Running[] = [];
const guarded: Running[] = [];
let routes: Running['routes'];
const refuse = () => {
  throw new ServiceError('UNAUTHORIZED', 'who are you?');
};

beforeAll(async () => {
  servers.push(await boot(), await boot({ hot: false }));
  guarded.push(await boot({ guards: [refuse] }), await boot({ hot: false, guards: [refuse] }));
  const [first] = servers;
  if (!first) throw new Error('no server');
  routes = first.routes;
});
afterAll(() => Promise.all([...servers, ...guarded].map((server) => server.close())));

const VARIES = new Set(['date', 'x-request-id', 'keep-alive', 'connection']);

async function ask(server: Running, method: string, path: string, init: RequestInit = {}) {
  const response = await fetch(server.url + path, { method, ...init });
  const headers = [...response.headers].filter(([name]) => !VARIES.has(name) && name !== 'content-length');
  const text = await response.text();
  return { status: response.status, headers, body: text.replace(/"id":"[^"]*"/, '') };
}

async function askBoth(pair: readonly Running[], method: string, path: string, init?: RequestInit) {
  const [hot, cold] = await Promise.all(pair.map((server) => ask(server, method, path, init)));
  if (!hot || !cold) throw new Error('two servers answer');
  return { hot, cold };
}

const concrete = (path: string) => path.replace(':model', 'my-model').replace(':version', '1.0.0');

test('both ways give the same answers, on every route', async () => {
  expect(routes.length).toBeGreaterThan(8);
  for (const { method, path } of routes) {
    if (path === '/metrics') continue;
    const bodies =
      method === 'POST' ? ['{"instances":[[5.1,3.5,1.4,0.2]]}', '{"instances":[[1]]}', 'not json'] : [undefined];
    for (const body of bodies) {
      const { hot, cold } = await askBoth(servers, method, concrete(path), {
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
      expect(hot).toEqual(cold);
      expect(hot.status).toBeLessThan(500);
    }
  }
});

test('the guard stands before every route but the probes, on both ways', async () => {
  for (const { method, path, open } of routes) {
    const { hot, cold } = await askBoth(guarded, method, concrete(path));
    expect(hot).toEqual(cold);
    expect([path, hot.status]).toEqual([path, open ? 200 : 401]);
  }
});

test('every route is counted under its own label, on both ways', async () => {
  for (const server of servers) {
    for (const { method, path, label } of routes) {
      const counted = async () => {
        const text = await server.metrics.registry.metrics();
        const lines = text.split('\n').filter((line) => line.startsWith(`ml_serving_requests_total{route="${label}",`));
        return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      };
      const before = await counted();
      await ask(server, method, concrete(path));
      expect([label, (await counted()) - before]).toEqual([label, 1]);
    }
  }
});

test.each([
  ['GET', '/nowhere', 404, 'NOT_FOUND', undefined],
  ['GET', '/predict', 405, 'METHOD_NOT_ALLOWED', 'POST'],
  ['DELETE', '/metadata', 405, 'METHOD_NOT_ALLOWED', 'GET, HEAD'],
  ['POST', '/predict/', 404, 'NOT_FOUND', undefined],
  ['GET', '/%', 404, 'NOT_FOUND', undefined],
  ['OPTIONS', '/predict', 405, 'METHOD_NOT_ALLOWED', 'POST'],
])('%s %s is %i', async (method, path, status, code, allow) => {
  const { hot, cold } = await askBoth(servers, method, path);
  expect(hot).toEqual(cold);
  expect(hot.status).toBe(status);
  expect(JSON.parse(hot.body).code).toBe(code);
  expect(hot.headers.find(([name]) => name === 'allow')?.[1]).toBe(allow);
});

test('HEAD is answered like GET, without a body', async () => {
  for (const server of servers) {
    expect(await ask(server, 'HEAD', '/metadata')).toMatchObject({ status: 200, body: '' });
  }
});
