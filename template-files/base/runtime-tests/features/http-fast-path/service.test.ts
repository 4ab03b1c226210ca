import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastPathServer } from '../../../runtime/features/http-fast-path/server.ts';
import { boot, type Running } from '../../helpers/service.ts';

/* What a client cannot tell: whether its request was read by Node.js. */

const BODY = '{"instances":[[5.1,3.5,1.4,0.2]]}';

let own: Running;
let node: Running;
beforeAll(async () => {
  own = await boot();
  node = await boot({ env: { HTTP_READER: 'node' } });
});
afterAll(() => Promise.all([own.close(), node.close()]));

const direct = () => (own.server as FastPathServer).direct;
/** The server may hear of a client's end later than the client. */
const noneLeft = async () => {
  while (direct() > 0) await sleep(1);
};

function request(body = BODY, more = '', path = '/predict'): string {
  const length = Buffer.byteLength(body);
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: r\r\nContent-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n${body}`;
}

interface Client {
  readonly socket: Socket;
  readonly send: (text: string) => void;
  /** The next so many answers. */
  readonly answers: (count?: number) => Promise<string[]>;
  readonly closed: Promise<void>;
}

function open({ url }: Running): Client {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
    .setNoDelay(true)
    .setEncoding('latin1');
  socket.on('error', () => {});
  let text = '';
  let wake = () => {};
  socket.on('data', (piece) => {
    text += piece;
    wake();
  });
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      resolve();
      wake();
    });
  });
  const next = (): string | undefined => {
    const end = text.indexOf('\r\n\r\n') + 4;
    const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, end))?.[1]);
    if (end < 4 || !(text.length >= end + length)) return undefined;
    const answer = text.slice(0, end + length);
    text = text.slice(end + length);
    return answer;
  };
  return {
    socket,
    send: (bytes) => socket.write(bytes),
    closed,
    async answers(count = 1) {
      const found: string[] = [];
      while (found.length < count) {
        const answer = next();
        if (answer !== undefined) found.push(answer);
        else if (socket.destroyed) throw new Error(`closed after ${found.length} answers: ${text}`);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
      return found;
    },
  };
}

const dateless = (answer: string) => answer.replace(/^Date: .* GMT\r$/m, 'Date: …\r');

async function answerOf(service: Running, text: string): Promise<string> {
  const client = open(service);
  client.send(text);
  const [answer = ''] = await client.answers();
  client.socket.destroy();
  return answer;
}

test.each([
  ['a prediction', request()],
  ['several, with a query', request('{"instances":[[5.1,3.5,1.4,0.2],[1,2,3,4]]}', '', '/predict?top_k=1')],
  ['the protocol', request('{"inputs":[]}', '', '/v2/models/my-model/infer')],
  ['no JSON', request('nonsense')],
  ['letters of several bytes in an error', request('{"instances":[{"größe":1}]}')],
  ['a wrong type', request(BODY, 'X-Nothing: 1\r\n').replace('application/json', 'text/html')],
  ['a body beyond the limit', request(' '.repeat(1_200_000))],
  ['a timeout that is none', request(BODY, 'X-Timeout-Ms: soon\r\n')],
  [
    'a compressed answer',
    request(`{"instances":[${Array(60).fill('[5.1,3.5,1.4,0.2]')}]}`, 'Accept-Encoding: gzip\r\n'),
  ],
])('%s: the same bytes as through Node.js', async (_, text) => {
  const [ours, theirs] = [await answerOf(own, text), await answerOf(node, text)];
  expect(dateless(ours)).toBe(dateless(theirs));
  expect(ours).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/m);
});

test('the limits of a body are those of every other way', async () => {
  const limits = { ...own.config.serving.limits, maxBodyBytes: 40, maxUploadBytes: 100 };
  const small = await boot({ config: (config) => ({ ...config, serving: { ...config.serving, limits } }) });
  const large = '{"instances":[[5.125,3.125,1.125,0.125]]}';
  expect([BODY.length <= 40, large.length > 40]).toEqual([true, true]);
  const client = open(small);
  client.send(request(large));
  expect((await client.answers())[0]).toMatch(/^HTTP\/1\.1 413 [\s\S]*"PAYLOAD_TOO_LARGE"/);
  client.send(request());
  expect((await client.answers())[0]).toMatch(/^HTTP\/1\.1 200 /);
  expect((small.server as FastPathServer).direct).toBe(1);
  client.socket.destroy();
  await small.close();
});

test('a connection is ours as long as its requests are plain, and its first lines may change', async () => {
  await noneLeft();
  const client = open(own);
  for (const more of ['', '', 'X-A: 1\r\n', 'X-A: 2\r\n', '']) {
    client.send(request(BODY, more));
    expect((await client.answers())[0]).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(direct()).toBe(1);
  }
  client.send('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  expect((await client.answers())[0]).toContain('{"live":true}');
  expect(direct()).toBe(0);
  client.send(request());
  expect((await client.answers())[0]).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  client.socket.destroy();
});

test('a request may be cut anywhere, and is ours when its first lines are not', async () => {
  const text = request();
  const expected = dateless(await answerOf(node, text));
  const bodyAt = text.indexOf('{');
  await noneLeft();
  for (let cut = 1; cut < text.length; cut += 3) {
    const client = open(own);
    client.send(text.slice(0, cut));
    await sleep(3);
    client.send(text.slice(cut));
    expect([cut, dateless((await client.answers())[0] ?? '')]).toEqual([cut, expected]);
    if (cut >= bodyAt) expect([cut, direct()]).toEqual([cut, 1]);
    client.socket.destroy();
    await noneLeft();
  }
});

test('what is sent behind a request, at once or while it is answered, is answered in order', async () => {
  const named = (id: string) => request().replace('X-Request-Id: r', `X-Request-Id: ${id}`);
  const ids = (answers: readonly string[]) => answers.map((answer) => /^X-Request-Id: (\w+)/m.exec(answer)?.[1]);
  const atOnce = open(own);
  atOnce.send(named('a') + named('b') + named('c'));
  expect(ids(await atOnce.answers(3))).toEqual(['a', 'b', 'c']);
  const meanwhile = open(own);
  for (const id of ['a', 'b', 'c', 'd']) {
    meanwhile.send(named(id));
    await new Promise(setImmediate);
  }
  expect(ids(await meanwhile.answers(4))).toEqual(['a', 'b', 'c', 'd']);
  for (const { socket } of [atOnce, meanwhile]) socket.destroy();
});

test('one that leaves in the middle is counted once, and nothing of it is kept', async () => {
  const count = async () => {
    const text = await own.metrics.registry.metrics();
    return Number(/^ml_serving_rejected_total\{reason="client_gone"\} (\d+)$/m.exec(text)?.[1]);
  };
  await noneLeft();
  const before = await count();
  for (const leave of ['destroy', 'end'] as const) {
    const client = open(own);
    client.send(request().slice(0, -5));
    while (direct() === 0) await sleep(1);
    await sleep(10);
    client.socket[leave]();
    await client.closed;
    await noneLeft();
  }
  expect(await count()).toBe(before + 2);
});

test('while shutting down, an answer says that it is the last one, and the connection is closed', async () => {
  const service = await boot();
  const [busy, idle] = [open(service), open(service)];
  idle.send(request());
  await idle.answers();
  service.predictor.stop();
  busy.send(request());
  const [last = ''] = await busy.answers();
  expect(last).toContain('\r\nConnection: close\r\n');
  expect(last).not.toContain('Keep-Alive');
  await busy.closed;
  expect(idle.socket.destroyed).toBe(false);
  service.server.closeIdleConnections();
  await idle.closed;
  await service.close();
});
