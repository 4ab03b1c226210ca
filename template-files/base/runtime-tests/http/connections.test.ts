import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { trackConnections } from '../../runtime/http/connections.ts';
import { boot, type Running } from '../helpers/service.ts';
import { until } from '../helpers/until.ts';

let service: Running;
beforeAll(async () => {
  service = await boot();
});
afterAll(() => service.close());

/** Sends bytes as they are and reads what comes back until the server closes or `ms` have passed. */
function talk(text: string, ms = 1500): Promise<string> {
  const { port } = new URL(service.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    let answer = '';
    const end = () => {
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, ms);
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      end();
    });
    socket.write(text);
  });
}

test.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400, 'INVALID_REQUEST'],
  [
    'headers too large',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
  [
    'two lengths',
    'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    400,
    'INVALID_REQUEST',
  ],
  [
    'a length and chunks',
    'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'INVALID_REQUEST',
  ],
])('%s is answered with JSON and closed', async (_, text, status, code) => {
  const answer = await talk(text);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('Connection: close');
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code });
});

test('a request without Host is told so, as of any error, and the connection stays', async () => {
  const both = await talk('GET /health HTTP/1.1\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [refused, ok] = both.split('HTTP/1.1 200 ');
  expect(refused).toMatch(/^HTTP\/1.1 400 /);
  expect(refused).toContain('"code":"INVALID_REQUEST"');
  expect(ok).toBeDefined();
  expect(await talk('GET /health HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
});

test('an expectation that is not known is passed over', async () => {
  const answer = await talk('GET /health HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
});

test('a refused body does not cost the connection: the next request on it is answered', async () => {
  const large = 'x'.repeat(5_000_000);
  const first = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${large.length}\r\n\r\n${large}`;
  const second = 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const answer = await talk(first + second, 3000);
  expect(answer).toContain('HTTP/1.1 413 ');
  expect(answer).toContain('{"live":true}');
});

test('requests in a row on one connection get their answers in order', async () => {
  const body = '{"instances":[[5.1,3.5,1.4,0.2]]}';
  const one = (id: number, more = '') =>
    `POST /predict HTTP/1.1\r\nHost: x\r\nX-Request-Id: r${id}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
  const answer = await talk(one(1) + one(2) + one(3, 'Connection: close\r\n'));
  expect([...answer.matchAll(/"id":"(r\d)"/g)].map((match) => match[1])).toEqual(['r1', 'r2', 'r3']);
});

/** Sends pieces some time apart, so that each is one for the server too. */
async function pieces(path: string, texts: readonly string[], leave = false, url = service.url): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.setNoDelay(true);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`);
  for (const text of texts) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write(text);
  }
  if (leave) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
  }
  await new Promise((resolve) => socket.on('close', resolve));
  return answer;
}

// Express takes what is out of the ordinary, and reads a body as a stream.
test.each(['/predict', '/predict?', '/v2/models/%73ample/infer'])('%s: a body may come in any pieces', async (path) => {
  const { name } = service.config.serving.model;
  const body = path.startsWith('/v2')
    ? '{"inputs":[{"name":"float_input","datatype":"FP32","shape":[1,4],"data":[5.1,3.5,1.4,0.2]}]}'
    : '{"instances":[[5.1,3.5,1.4,0.2]]}';
  const [first, second, third] = [body.slice(0, 5), body.slice(5, 20), body.slice(20)] as const;
  const where = path.replace('%73ample', `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`);
  const declared = await pieces(where, [`Content-Length: ${body.length}\r\n\r\n${first}`, second, third]);
  expect(declared).toMatch(/^HTTP\/1\.1 200 /);
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const chunked = await pieces(where, [
    `Transfer-Encoding: chunked\r\n\r\n${chunk(first)}`,
    chunk(second),
    `${chunk(third)}0\r\n\r\n`,
  ]);
  expect(chunked).toMatch(/^HTTP\/1\.1 200 /);
  for (const none of ['Content-Length: 0\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n']) {
    expect(await pieces(where, [none])).toMatch(/^HTTP\/1\.1 400 /);
  }
});

test('a guard that takes its time loses nothing of a body that comes meanwhile', async () => {
  const guarded = await boot({ guards: [() => new Promise((resolve) => setTimeout(resolve, 30))] });
  const body = '{"instances":[[5.1,3.5,1.4,0.2]]}';
  const head = `Content-Length: ${body.length}\r\n\r\n`;
  for (const texts of [
    [head + body],
    [head, body],
    [head + body.slice(0, 9), '', body.slice(9)],
    [head, '', '', body],
  ]) {
    expect(await pieces('/predict', texts, false, guarded.url)).toMatch(/^HTTP\/1\.1 200 /);
  }
  await guarded.close();
});

test('a guard may wait for the end of a request', async () => {
  let active = 0;
  const watched = await boot({
    guards: [
      (req) => {
        active += 1;
        req.once('close', () => {
          active -= 1;
        });
      },
    ],
  });
  for (let i = 0; i < 3; i++)
    expect((await watched.post('/predict', { instances: [[5.1, 3.5, 1.4, 0.2]] })).status).toBe(200);
  await until(() => active === 0);
  await watched.close();
});

test('a client that is gone when its guard is done is told of as such', async () => {
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const guarded = await boot({ guards: [() => gate] });
  await pieces('/predict', ['Content-Length: 100\r\n\r\n{"inst'], true, guarded.url);
  finish();
  const gone = 'ml_serving_rejected_total{reason="client_gone"} 1\n';
  await until(async () => (await guarded.metrics.registry.metrics()).includes(gone));
  await guarded.close();
});

test('a client that is cut off and keeps its side open is gone all the same', async () => {
  const slow = await boot();
  slow.server.headersTimeout = 100;
  slow.server.requestTimeout = 200;
  const { port } = new URL(slow.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  socket.write(
    'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"inst',
  );
  const connections = () => new Promise<number>((resolve) => slow.server.getConnections((_, count) => resolve(count)));
  await until(() => answer !== '');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  await until(async () => (await connections()) === 0);
  socket.destroy();
  await slow.close();
}, 10_000);

test('a client that leaves in the middle of its body is counted, and nothing of it is kept', async () => {
  const count = async () => {
    const text = await service.metrics.registry.metrics();
    return Number(/^ml_serving_rejected_total\{reason="client_gone"\} (\d+)$/m.exec(text)?.[1]);
  };
  const before = await count();
  await pieces('/predict', ['Content-Length: 100\r\n\r\n{"inst'], true);
  await pieces('/predict', ['Transfer-Encoding: chunked\r\n\r\n5\r\n{"ins\r\n'], true);
  await pieces('/predict?', ['Content-Length: 100\r\n\r\n{"inst'], true);
  await until(async () => (await count()) >= before + 3);
  expect(await count()).toBe(before + 3);
});

test('what a slow client may take is bounded', () => {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = service.server;
  expect(headersTimeout).toBeLessThanOrEqual(10_000);
  expect(requestTimeout).toBeLessThanOrEqual(30_000);
  expect(keepAliveTimeout).toBeGreaterThan(60_000);
});

/** Sends a head and then a little again and again, and reads what comes back until the server closes. */
async function dripping(head: string, drop: string): Promise<string> {
  const { port } = new URL(service.url);
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  socket.write(head);
  const drip = setInterval(() => socket.write(drop), 100);
  try {
    await new Promise((resolve) => socket.on('close', resolve));
  } finally {
    clearInterval(drip);
    service.server.headersTimeout = 10_000;
    service.server.requestTimeout = 30_000;
  }
  return answer;
}

test('a client that sends its headers too slowly is cut off with JSON', async () => {
  service.server.headersTimeout = 200;
  const answer = await dripping('POST /predict HTTP/1.1\r\nHost: x\r\n', 'X: y\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('REQUEST_TIMEOUT');
}, 10_000);

test('a client that sends its body too slowly is cut off with JSON', async () => {
  // Node.js takes the shorter of the two for the headers'.
  service.server.headersTimeout = 100;
  service.server.requestTimeout = 200;
  const head = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n';
  const answer = await dripping(head, ' ');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('REQUEST_TIMEOUT');
}, 10_000);

test('connections beyond the bound are closed at once, and counted', async () => {
  const { maxConnections } = service.server;
  expect(maxConnections).toBeLessThanOrEqual(10_000);
  const { port } = new URL(service.url);
  service.server.closeIdleConnections();
  const first = connect(Number(port), '127.0.0.1');
  await new Promise((resolve) => first.on('connect', resolve));
  service.server.maxConnections = 1;
  try {
    const second = connect(Number(port), '127.0.0.1');
    second.on('error', () => {});
    await new Promise((resolve) => second.on('close', resolve));
    expect(first.destroyed).toBe(false);
  } finally {
    service.server.maxConnections = maxConnections;
    first.destroy();
  }
  expect(await service.metrics.registry.metrics()).toContain(
    'ml_serving_rejected_total{reason="connections_full"} 1\n',
  );
});

test('unfinished requests are closed; those that wait for an answer get it', async () => {
  const server = createServer();
  const connections = trackConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (text: string) => {
    const accepted = once(server, 'connection');
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (piece) => {
      received += piece;
    });
    const closed = once(socket, 'close');
    await accepted;
    socket.write(text);
    return { received: () => received, closed };
  };
  const requested = once(server, 'request');
  const waiting = await open('GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [, response] = (await requested) as [unknown, ServerResponse];
  const begun = once(server, 'request');
  const half = await open('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc');
  await begun;
  const silent = await open('');
  connections.closeUnfinished();
  await Promise.all([half.closed, silent.closed]);
  response.end('late');
  await waiting.closed;
  expect([waiting.received().endsWith('late'), half.received(), silent.received()]).toEqual([true, '', '']);
  server.close();
});
