import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { Counter } from 'prom-client';
import { type Configure, definePostprocess, HttpError } from '../../runtime/api.ts';
import { features } from '../../runtime/features.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';

/* What a team may do in src/app.ts, and what becomes of it. */

const INSTANCE = [5.1, 3.5, 1.4, 0.2];
const withoutFastPath = features.filter(({ name }) => name !== 'http-fast-path');

async function serve(configure: Configure, options: Parameters<typeof boot>[0] = {}): Promise<Running> {
  return boot({ configure, ...options });
}

/** A config whose middleware may take so long. */
const impatient = (appTimeoutMs: number) => (config: Running['config']) => ({
  ...config,
  serving: { ...config.serving, limits: { ...config.serving.limits, appTimeoutMs } },
});

const lineOf = (service: Running, id: string) =>
  service.logs.find((line) => line['id'] === id && line['msg'] === 'request');

/** The log of a request is written when its connection is done with it. */
async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each([
  ['with http-fast-path', features],
  ['without it', withoutFastPath],
])('a guard in src/app.ts, %s,', (_, chosen) => {
  let service: Running;
  beforeAll(async () => {
    const configure: Configure = (app) => {
      app.use((req, res, next) => {
        if (req.get('authorization') === 'Bearer let-me-in') next();
        else res.status(401).json({ error: 'who are you?', code: 'UNAUTHORIZED' });
      });
    };
    service = await serve(configure, { features: chosen });
  });
  afterAll(() => service.close());

  const concrete = (path: string) => path.replace(':model', 'my-model').replace(':version', '1.0.0');

  test('stands before every route, and what it answers is counted under the label of the route', async () => {
    expect(service.routes.length).toBeGreaterThan(12);
    for (const { method, path, label } of service.routes) {
      for (const sent of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
        const id = `${sent}-${label}`.replace(/[^A-Za-z/-]/g, '');
        const response = await fetch(service.url + concrete(path), { method: sent, headers: { 'x-request-id': id } });
        await response.arrayBuffer();
        expect([sent, path, response.status]).toEqual([sent, path, 401]);
        expect(response.headers.get('x-request-id')).toBe(id);
        await until(() => lineOf(service, id) !== undefined);
        expect(lineOf(service, id)).toMatchObject({ route: label, status: 401 });
      }
      expect(await service.metrics.registry.metrics()).toContain(
        `ml_serving_requests_total{route="${label}",code="401"} ${method === 'GET' ? 2 : 1}`,
      );
    }
  });

  test('lets through whom it knows, on every route', async () => {
    for (const { method, path } of service.routes) {
      const response = await fetch(service.url + concrete(path), {
        method,
        headers: { authorization: 'Bearer let-me-in', 'content-type': 'application/json' },
        ...(method === 'POST' && { body: JSON.stringify({ instances: [INSTANCE] }) }),
      });
      await response.arrayBuffer();
      expect([path, response.status === 401, response.status < 500]).toEqual([path, false, true]);
    }
  });

  test('stands before requests in the plainest form, and before paths that are no route', async () => {
    const body = JSON.stringify({ instances: [INSTANCE] });
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.end(
      `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 401 /);
    expect((await fetch(`${service.url}/nowhere`)).status).toBe(401);
    expect((await fetch(`${service.url}/predict`, { method: 'DELETE' })).status).toBe(401);
  });

  test('is said once, with what it costs', () => {
    const lines = service.logs.filter(({ msg }) => String(msg).includes('src/app.ts adds middleware or routes'));
    expect(lines).toHaveLength(1);
  });
});

test('a configure that adds nothing leaves the short ways open, whatever it sets', async () => {
  const service = await serve((app) => void app.set('trust proxy', true));
  try {
    expect(service.logs.filter(({ msg }) => String(msg).includes('src/app.ts'))).toEqual([]);
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    await until(() => (service.server as unknown as { direct: number }).direct === 1);
    socket.destroy();
  } finally {
    await service.close();
  }
});

describe('own middleware and routes', () => {
  let service: Running;
  const calls: string[] = [];
  const later: (() => void)[] = [];
  beforeAll(async () => {
    const configure: Configure = async (app, { registry, predict, config }) => {
      const counter = new Counter({ name: 'team_greetings_total', help: 'Greetings.', registers: [registry] });
      app.use((req, res, next) => {
        res.setHeader('X-Team', 'ours');
        res.vary('Origin');
        calls.push(req.get('x-request-id') ?? '');
        next();
      });
      const team = express.Router();
      team.get('/users/:user', (req, res) => {
        counter.inc();
        res.json({ user: req.params.user, query: req.query, model: config.serving.model.name });
      });
      team.get('/refused', () => {
        throw new HttpError(422, 'NOT_TODAY', 'come back tomorrow', { headers: { 'X-Why': 'closed' } });
      });
      team.get('/broken', async () => {
        throw new Error('password=hunter2');
      });
      team.get('/gone', () => {
        throw Object.assign(new Error('it was here'), { status: 410, expose: true });
      });
      team.get('/predicted', async (req, res) => {
        res.json(await predict(JSON.parse(String(req.query['rows'])) as unknown[], { requestId: 'ours' }));
      });
      team.post('/parsed', express.json(), (req, res) => void res.json(req.body));
      team.get('/twice', (_req, res, next) => {
        res.json({ first: true });
        next();
      });
      team.get('/twice-itself', (_req, res) => {
        res.json({ first: true });
        res.json({ second: true });
      });
      team.get('/never', (_req, res) => void later.push(() => res.json({ late: true })));
      app.use('/team', team);
      app.use(
        '/tenants/:tenant',
        express.Router().get('/home', (_req, res) => void res.json({})),
      );
      app.post('/feedback', (_req, res) => void res.json({ ours: true }));
      app.get('/metadata', (_req, _res, next) => next());
      await Promise.resolve();
    };
    service = await serve(configure, {
      config: impatient(100),
      hooks: { postprocess: definePostprocess(async (rows) => rows.map(() => 'hooked')) },
    });
  });
  afterAll(() => service.close());

  const get = async (path: string, id: string) => {
    const response = await fetch(service.url + path, { headers: { 'x-request-id': id } });
    const body = await bodyOf(response);
    await until(() => lineOf(service, id) !== undefined);
    return { status: response.status, headers: response.headers, body, line: lineOf(service, id) };
  };

  test('a route has id, log line and metrics like those of the service, by its pattern', async () => {
    const { status, headers, body, line } = await get('/team/users/7?full=1', 'a-user');
    expect([status, body]).toEqual([200, { user: '7', query: { full: '1' }, model: 'my-model' }]);
    expect([headers.get('x-request-id'), headers.get('x-team')]).toEqual(['a-user', 'ours']);
    expect(line).toMatchObject({ route: '/team/users/{user}', status: 200 });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('ml_serving_requests_total{route="/team/users/{user}",code="200"} 1');
    expect(metrics).toContain('team_greetings_total 1');
  });

  test('a client that sends no id is given one, the same in the middleware, the header and the log', async () => {
    const response = await fetch(`${service.url}/team/users/8`);
    await response.arrayBuffer();
    const id = response.headers.get('x-request-id') ?? '';
    expect(calls).toContain(id);
    await until(() => lineOf(service, id) !== undefined);
  });

  test('headers of middleware are in the answers of the service', async () => {
    const response = await service.post('/predict', { instances: [INSTANCE] }, { 'x-request-id': 'behind' });
    expect(response.headers.get('x-team')).toBe('ours');
    expect(response.headers.get('x-request-id')).toBe('behind');
    expect(await bodyOf(response)).toMatchObject({ predictions: ['hooked'], id: 'behind' });
  });

  test('what an answer depends on is what middleware says and what the service says', async () => {
    const response = await service.post(
      '/predict',
      { instances: Array(200).fill(INSTANCE) },
      { 'accept-encoding': 'gzip' },
    );
    await response.arrayBuffer();
    expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual([
      'gzip',
      'Origin, Accept-Encoding',
    ]);
  });

  test.each([
    ['/team/refused', 422, 'NOT_TODAY', 'come back tomorrow'],
    ['/team/gone', 410, 'GONE', 'it was here'],
    ['/team/predicted?rows=[[1]]', 400, 'INVALID_INPUT', 'instances[0]'],
    ['/team/users/%', 400, 'INVALID_REQUEST', 'cannot be decoded'],
  ])('%s is answered %i %s', async (path, status, code, says) => {
    const answer = await get(path, `of${path.replace(/[^a-z/]/g, '')}`);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.body['error']).toContain(says);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  });

  test('an HttpError may have headers', async () => {
    expect((await get('/team/refused', 'with-headers')).headers.get('x-why')).toBe('closed');
  });

  test('an error that is not meant for clients is 500 INTERNAL, and its reason is in the log alone', async () => {
    const { status, body } = await get('/team/broken', 'broken-one');
    expect([status, body['code']]).toEqual([500, 'INTERNAL']);
    expect(body['error']).toContain('broken-one');
    expect(JSON.stringify(body)).not.toContain('hunter2');
    const logged = service.logs.find(({ id, err }) => id === 'broken-one' && err !== undefined);
    expect(logged).toMatchObject({ level: 50, err: { message: 'password=hunter2' } });
  });

  test('a body that is no JSON is refused as express.json() says', async () => {
    const response = await service.post('/team/parsed', '{"a":');
    expect([response.status, (await bodyOf(response))['code']]).toEqual([400, 'INVALID_REQUEST']);
    expect(await bodyOf(await service.post('/team/parsed', { a: 1 }))).toEqual({ a: 1 });
  });

  test('a route may predict, hooks included', async () => {
    expect((await get('/team/predicted?rows=[[5.1,3.5,1.4,0.2]]', 'predicts')).body).toEqual(['hooked']);
  });

  test.each(['/team/twice', '/team/twice-itself'])(
    '%s: the first answer stays, and the second one is logged',
    async (path) => {
      const id = path.slice(6);
      expect(await get(path, id)).toMatchObject({ status: 200, body: { first: true } });
      const isLogged = () =>
        service.logs.some((line) => line['id'] === id && String(line['msg']).includes('is answered already'));
      await until(isLogged);
      expect((await get('/team/users/1', `after-${id}`)).status).toBe(200);
    },
  );

  test('a route that never answers is 504 at its deadline', async () => {
    const { status, body, line } = await get('/team/never', 'never');
    expect([status, body['code']]).toEqual([504, 'TIMEOUT']);
    expect(body['error']).toContain('src/app.ts');
    expect(line).toMatchObject({ route: '/team/never', status: 504 });
    expect(await service.metrics.registry.metrics()).toContain('ml_serving_rejected_total{reason="timeout"} 1');
    expect(() => later[0]?.()).toThrow(expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' }));
  });

  test('a route in the place of one of the service is said, once', async () => {
    for (const id of ['first', 'second']) {
      const response = await service.post('/feedback', {}, { 'x-request-id': id });
      expect(await bodyOf(response)).toEqual({ ours: true });
      await until(() => lineOf(service, id) !== undefined);
    }
    expect((await get('/metadata', 'passed-on')).status).toBe(200);
    const warnings = service.logs.filter(({ level, msg }) => level === 40 && String(msg).includes('in the place of'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ msg: expect.stringContaining('POST /feedback') });
  });

  test('the series of routes are bounded, whatever paths clients think of', async () => {
    for (let i = 0; i < 150; i++) await (await fetch(`${service.url}/tenants/t${i}/home`)).arrayBuffer();
    await get('/tenants/last/home', 'last-tenant');
    const metrics = await service.metrics.registry.metrics();
    const labels = metrics.split('\n').filter((line) => line.startsWith('ml_serving_requests_total{route="/tenants/'));
    expect(labels.length).toBeLessThanOrEqual(100);
    expect(lineOf(service, 'last-tenant')).toMatchObject({ route: 'other' });
  });
});

test('an error in a router that is mounted somewhere is counted there, not under the service’s route of that name', async () => {
  const service = await serve((app) => {
    const router = express.Router();
    router.get('/labels', () => {
      throw new Error('ours');
    });
    app.use('/team', router);
  });
  const response = await fetch(`${service.url}/team/labels`, { headers: { 'x-request-id': 'of-the-team' } });
  expect(response.status).toBe(500);
  await until(() => lineOf(service, 'of-the-team') !== undefined);
  expect(lineOf(service, 'of-the-team')).toMatchObject({ route: '/team/labels', status: 500 });
  const metrics = await service.metrics.registry.metrics();
  expect(metrics).toContain('ml_serving_requests_total{route="/team/labels",code="500"} 1');
  expect(metrics).not.toContain('ml_serving_requests_total{route="/labels",code="500"} 1');
});

describe('middleware that reads bodies before the service does', () => {
  const BODY = JSON.stringify({ instances: [INSTANCE] });
  const readers: Readonly<Record<string, Configure>> = {
    'express.json()': (app) => void app.use(express.json()),
    'express.text() for all types': (app) => void app.use(express.text({ type: () => true })),
    'a wait before the body has come': (app) => void app.use((_req, _res, next) => void setImmediate(next)),
    'the first piece of it alone': (app) =>
      void app.use((req, _res, next) => {
        req.once('data', () => {
          req.pause();
          next();
        });
      }),
  };

  test.each(Object.entries(readers))('%s leaves POST /predict and infer as they are', async (_, configure) => {
    const service = await serve(configure);
    try {
      const plain = await service.post('/predict', BODY);
      expect(await bodyOf(plain)).toMatchObject({ predictions: [{ label: 'setosa' }] });
      const packed = await fetch(`${service.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipSync(BODY),
      });
      expect(await bodyOf(packed)).toMatchObject({ predictions: [{ label: 'setosa' }] });
      const inputs = [{ name: 'float_input', shape: [1, 4], datatype: 'FP32', data: INSTANCE }];
      expect((await service.post('/v2/models/my-model/infer', { inputs })).status).toBe(200);
    } finally {
      await service.close();
    }
  });

  test('a body that is larger than the limit is refused', async () => {
    const service = await serve((app) => void app.use(express.text({ type: () => true, limit: '100mb' })), {
      config: (config) => ({
        ...config,
        serving: { ...config.serving, limits: { ...config.serving.limits, maxBodyBytes: 100 } },
      }),
    });
    try {
      const response = await service.post('/predict', JSON.stringify({ instances: [INSTANCE, ...'x'.repeat(100)] }));
      expect([response.status, (await bodyOf(response))['code']]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
      expect((await service.post('/predict', BODY)).status).toBe(200);
    } finally {
      await service.close();
    }
  });
});

test.each<[string, Configure]>([
  [
    'throws',
    () => {
      throw new Error('no such database');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no such database'))],
])('a configure that %s refuses the start, and src/app.ts is named', async (_, configure) => {
  await expect(serve(configure)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: 'src/app.ts: configure failed: no such database',
  });
});

test('configure cannot predict yet', async () => {
  await expect(serve((_app, { predict }) => predict([INSTANCE]).then(() => {}))).rejects.toMatchObject({
    message: 'src/app.ts: configure failed: the model is being loaded',
    cause: { code: 'NOT_READY' },
  });
});

test('the settings that configure gets cannot be changed', async () => {
  const seen: unknown[] = [];
  const service = await serve((_app, { config }) => {
    seen.push(Object.isFrozen(config), Object.isFrozen(config.serving.limits), config.serving.model.name);
  });
  await service.close();
  expect(seen).toEqual([true, true, 'my-model']);
});
