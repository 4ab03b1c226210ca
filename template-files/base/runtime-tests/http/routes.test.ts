import { ServiceError } from '../../runtime/errors.ts';
import { boot, type Running } from '../helpers/service.ts';

/** Every route is asked of each: a server as it is, one where Node.js reads all requests, and one where all goes through Express. */
const servers: Running[] = [];
const guarded: Running[] = [];
let routes: Running['routes'];
const refuse = () => {
  throw new ServiceError('UNAUTHORIZED', 'who are you?');
};

beforeAll(async () => {
  servers.push(await boot(), await boot({ env: { HTTP_READER: 'node' } }), await boot({ hot: false }));
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

/** The answer that all of them give. */
async function askAll(all: readonly Running[], method: string, path: string, init?: RequestInit) {
  const [first, ...others] = await Promise.all(all.map((server) => ask(server, method, path, init)));
  if (!first || others.length === 0) throw new Error('several servers answer');
  for (const other of others) expect(other).toEqual(first);
  return first;
}

const concrete = (path: string) => path.replace(':model', 'my-model').replace(':version', '1.0.0');

test('all ways give the same answers, on every route', async () => {
  expect(routes.length).toBeGreaterThan(8);
  for (const { method, path } of routes) {
    if (path === '/metrics') continue;
    const bodies =
      method === 'POST' ? ['{"instances":[[5.1,3.5,1.4,0.2]]}', '{"instances":[[1]]}', 'not json'] : [undefined];
    for (const body of bodies) {
      const { status } = await askAll(servers, method, concrete(path), {
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
      expect(status).toBeLessThan(500);
    }
  }
});

test('the guard stands before every route but the probes, on all ways', async () => {
  for (const { method, path, open } of routes) {
    const { status } = await askAll(guarded, method, concrete(path));
    expect([path, status]).toEqual([path, open ? 200 : 401]);
  }
});

test('every route is counted under its own label, on all ways', async () => {
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
  const answer = await askAll(servers, method, path);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body).code).toBe(code);
  expect(answer.headers.find(([name]) => name === 'allow')?.[1]).toBe(allow);
});

test('HEAD is answered like GET, without a body', async () => {
  for (const server of servers) {
    expect(await ask(server, 'HEAD', '/metadata')).toMatchObject({ status: 200, body: '' });
  }
});
