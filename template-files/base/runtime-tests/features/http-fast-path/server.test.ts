import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FastPathServer } from '../../../runtime/features/http-fast-path/server.ts';
import { type ByteBudget, createByteBudget } from '../../../runtime/http/byte-budget.ts';
import type { Route, Run } from '../../../runtime/http/exchange.ts';
import { json } from '../../../runtime/http/reply.ts';
import type { Responder } from '../../../runtime/http/responder.ts';

/* A server whose patience is short. */

const SWEEP_MS = 50;
const ROOM = 100_000;
const REQUEST = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';
const match = (_method: string, path: string) => (path === '/predict' ? { route: {} as Route, params: {} } : undefined);

let server: FastPathServer;
let port: number;
let budget: ByteBudget;
/** What is done with a request, and how often it was. */
let answer: (back: Responder) => void;
let asked: number;

beforeEach(async () => {
  asked = 0;
  budget = createByteBudget(ROOM);
  answer = (back) => back.respond(json('own'), [], false);
  const run: Run = (_route, _request, back) => {
    asked += 1;
    answer(back);
  };
  server = new FastPathServer(
    { keepAliveTimeout: 6 * SWEEP_MS, headersTimeout: 10_000, connectionsCheckingInterval: SWEEP_MS },
    (req, res) => {
      req.resume();
      req.on('end', () => res.end('"node"'));
    },
    { match, run, budget },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function open(): Promise<Socket & { text: string }> {
  const socket = Object.assign(connect(port, '127.0.0.1'), { text: '' });
  socket.on('error', () => {});
  socket.setEncoding('utf8');
  socket.on('data', (piece) => {
    socket.text += piece;
  });
  const before = server.direct;
  // The server may hear of it later than the client.
  await until(() => server.direct > before);
  return socket;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

test('a connection that is used stays, one that is idle is closed', async () => {
  const [used, idle] = [await open(), await open()];
  idle.write(REQUEST);
  let closed = false;
  idle.on('close', () => {
    closed = true;
  });
  while (!closed) {
    used.write(REQUEST);
    await sleep(SWEEP_MS);
  }
  expect(idle.text).toContain('"own"');
  expect(used.destroyed).toBe(false);
  expect(server.direct).toBe(1);
  used.destroy();
  await until(() => server.direct === 0);
});

test('one that does not go on with its request is Node.js’, as is one that never begins', async () => {
  const [slow, silent] = [await open(), await open()];
  slow.write(REQUEST.slice(0, -1));
  await until(() => server.direct === 0);
  slow.write('}');
  silent.write(REQUEST);
  await until(() => slow.text !== '' && silent.text !== '');
  expect([slow.text, silent.text].map((text) => text.includes('"node"'))).toEqual([true, true]);
  expect(asked).toBe(0);
});

test('one that drips is Node.js’ too', async () => {
  const slow = await open();
  slow.write('POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n');
  const drip = setInterval(() => slow.write(' '), SWEEP_MS / 5);
  await until(() => server.direct === 1);
  await until(() => server.direct === 0);
  clearInterval(drip);
  expect(slow.destroyed).toBe(false);
});

test('a body that is too large to wait for is Node.js’ at once', async () => {
  const socket = await open();
  socket.write(`POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${' '.repeat(50_000)}`);
  await until(() => server.direct === 0);
  socket.write(' '.repeat(50_000));
  await until(() => socket.text.includes('"node"'));
});

test('one that is larger than what is waited for is Node.js’ at once, however little of it is there', async () => {
  const socket = await open();
  const bytes = 20_000;
  socket.write(`POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n${' '.repeat(10)}`);
  await sleep(SWEEP_MS / 2);
  socket.write(' '.repeat(bytes - 10));
  await until(() => socket.text !== '');
  expect(socket.text).toContain('"node"');
});

test('what is waited for has its place in the budget, and gives it back however it ends', async () => {
  const begin = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n    ';
  const ends: Record<string, (socket: Awaited<ReturnType<typeof open>>) => Promise<void>> = {
    'with its last bytes': async (socket) => {
      socket.write(' '.repeat(6));
      await until(() => socket.text !== '');
    },
    'in pieces': async (socket) => {
      socket.write('   ');
      await sleep(SWEEP_MS / 5);
      socket.write('   ');
      await until(() => socket.text !== '');
    },
    'with its client': async (socket) => {
      socket.destroy();
      await until(() => server.direct === 0);
    },
    'at Node.js': () => until(() => server.direct === 0),
  };
  for (const [how, end] of Object.entries(ends)) {
    const socket = await open();
    socket.write(begin);
    await until(() => !budget.has(ROOM));
    expect([how, budget.has(ROOM - 4), budget.has(ROOM - 3)]).toEqual([how, true, false]);
    await end(socket);
    expect([how, budget.has(ROOM)]).toEqual([how, true]);
    socket.destroy();
    await until(() => server.direct === 0);
  }
});

test('who is in the middle of a request is not idle', async () => {
  const socket = await open();
  socket.write(REQUEST.slice(0, -1));
  await until(() => !budget.has(ROOM));
  server.closeIdleConnections();
  socket.write('}');
  await until(() => socket.text !== '' || socket.destroyed);
  expect(socket.text).toContain('"own"');
});

test('one that does not read its answers is not read either', async () => {
  const large = 'x'.repeat(30_000_000);
  answer = (back) => back.respond(json(large), [], false);
  const socket = await open();
  socket.pause();
  socket.write(REQUEST);
  await until(() => asked === 1);
  socket.write(REQUEST);
  await sleep(4 * SWEEP_MS);
  expect(asked).toBe(1);
  socket.resume();
  await until(() => asked === 2);
  expect(server.direct).toBe(1);
});

test('one that is still reading is not idle, and can be cut in the end, even behind its last answer', async () => {
  const large = 'x'.repeat(30_000_000);
  for (const last of [false, true]) {
    answer = (back) => back.respond(json(large), [], last);
    const socket = await open();
    socket.pause();
    socket.write(REQUEST);
    await sleep(12 * SWEEP_MS);
    expect([last, server.direct]).toEqual([last, 1]);
    // What was answered last closes the connection by itself, once it has been read.
    if (last) server.closeIdleConnections();
    await sleep(SWEEP_MS);
    expect([last, server.direct]).toEqual([last, 1]);
    server.closeAllConnections();
    await until(() => server.direct === 0);
    socket.destroy();
  }
});

test('first lines that are too long are Node.js’ to refuse', async () => {
  const socket = await open();
  socket.write(REQUEST.replace('\r\n\r\n', `\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`));
  await until(() => socket.text.includes(' 431 '));
  expect(asked).toBe(0);
});

test('who waits for an answer is not idle', async () => {
  let waiting: Responder | undefined;
  answer = (back) => {
    waiting = back;
  };
  const socket = await open();
  socket.write(REQUEST);
  await sleep(12 * SWEEP_MS);
  server.closeIdleConnections();
  expect(socket.destroyed).toBe(false);
  waiting?.respond(json('late'), [], false);
  await until(() => socket.text.includes('"late"'));
});

test('headers of a handler that would break the answer do not', async () => {
  let thrown: unknown;
  answer = (back) => {
    try {
      back.respond({ ...json(1), headers: ['X', 'a\r\nSet-Cookie: b'] }, [], true);
    } catch (error) {
      thrown = error;
      back.respond(json('safe'), [], true);
    }
  };
  const socket = await open();
  socket.write(REQUEST);
  await once(socket, 'close');
  expect(thrown).toMatchObject({ code: 'ERR_INVALID_CHAR' });
  expect(socket.text).not.toContain('Set-Cookie');
});
