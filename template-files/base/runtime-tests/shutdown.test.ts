import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { type Process, portOf, start } from './helpers/process.ts';
import { until } from './helpers/until.ts';

/** Sends SIGTERM to the process when a module is loaded, from the thread of the loader's hooks. */
const stopAt = (module: string): string => {
  const hooks = `export function load(url, context, next) {
    if (url.endsWith('${module}')) process.kill(process.pid, 'SIGTERM');
    return next(url, context);
  }`;
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
  return `--import "data:text/javascript,${encodeURIComponent(preload)}"`;
};

type Outcome = 'answered' | 'refused' | 'lost';

const BODY = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });

/** One request. Refused: told so, or never let in. Lost: sent, and nothing came back. */
function ask(port: number, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': BODY.length };
    const req = request({ port, host: '127.0.0.1', path: '/predict', method: 'POST', agent, headers }, (res) => {
      let text = '';
      res.on('data', (chunk) => {
        text += chunk;
      });
      res.on('error', () => resolve('lost'));
      res.on('end', () => {
        const told = res.statusCode === 503 && text.includes('NOT_READY');
        resolve(res.statusCode === 200 && text.includes('setosa') ? 'answered' : told ? 'refused' : 'lost');
      });
    });
    req.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'lost'));
    req.end(BODY);
  });
}

/** 32 clients that ask without pause, each until it is told that the service goes away. */
function load(server: Process) {
  const counts = { answered: 0, refused: 0, lost: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      const outcome = await ask(portOf(server.output()), agent);
      counts[outcome] += 1;
      if (outcome === 'refused') return;
    }
  };
  const clients = Promise.all(Array.from({ length: 32 }, client)).then(() => agent.destroy());
  const stop = () => {
    stopped = true;
  };
  return { counts, clients, stop };
}

test('SIGTERM under load: what was accepted is answered, the rest is told so, nothing is lost', async () => {
  const server = start({ ACCESS_LOG: 'off' });
  await server.seen('"msg":"ready"');
  const { counts, clients } = load(server);
  await until(() => counts.answered > 100);
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
  await clients;
  expect(counts).toMatchObject({ refused: 32, lost: 0 });
  expect(counts.answered).toBeGreaterThan(100);
});

test('with a delay for balancers nobody is even refused', async () => {
  const server = start({ ACCESS_LOG: 'off', DRAIN_DELAY_MS: '4000' });
  await server.seen('"msg":"ready"');
  const { counts, clients, stop } = load(server);
  await until(() => counts.answered > 0);
  server.child.kill('SIGTERM');
  // What a balancer does: it asks for readiness now and then, and sends nothing more once that is gone.
  const ready = () => fetch(`http://127.0.0.1:${portOf(server.output())}/v2/health/ready`).then(({ status }) => status);
  await until(async () => (await ready()) !== 200);
  const answeredMeanwhile = counts.answered;
  await until(() => counts.answered > answeredMeanwhile);
  stop();
  expect(await server.exit).toEqual([0, null]);
  await clients;
  expect(counts).toMatchObject({ refused: 0, lost: 0 });
  expect(counts.answered).toBeGreaterThan(answeredMeanwhile);
});

test('SIGTERM while the model is being loaded ends with 0 as well', async () => {
  const server = start();
  await server.seen('"msg":"listening"');
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
});

test.each(['/src/server.js', '/src/app.js', '/start.js', '/config.js', '/service.js', '/express/index.js'])(
  'SIGTERM while %s is loaded ends with 0',
  async (module) => {
    const server = start({ NODE_OPTIONS: stopAt(module) });
    expect(await server.exit).toEqual([0, null]);
    expect(server.output()).not.toContain('"msg":"ready"');
  },
);

test.each(['own', 'node'])(
  'connections without a complete request do not hold up the end, with the reader %s',
  async (reader) => {
    const server = start({ SHUTDOWN_GRACE_MS: '3600000', HTTP_READER: reader });
    await server.seen('"msg":"ready"');
    const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY.length}\r\n\r\n`;
    const clients = ['', 'POST /pre', head, head + BODY.slice(0, 20)].map((text) => {
      const client = connect(portOf(server.output()), '127.0.0.1');
      client.on('error', () => {});
      client.setEncoding('utf8');
      let received = '';
      client.on('data', (piece) => {
        received += piece;
      });
      const sent = new Promise((resolve) => client.write(text, resolve));
      return { sent, received: () => received };
    });
    await Promise.all(clients.map(({ sent }) => sent));
    server.child.kill('SIGTERM');
    expect(await server.exit).toEqual([0, null]);
    // Node.js' own limits for slow clients would have answered 408, after 10 and 30 seconds.
    for (const { received } of clients) expect(received()).toMatch(/^(HTTP\/1\.1 503 |$)/);
  },
);

test('a timer of the team does not keep the process after a shutdown', async () => {
  const timer = `--import "data:text/javascript,${encodeURIComponent('setInterval(() => {}, 1000)')}"`;
  const server = start({ NODE_OPTIONS: timer });
  await server.seen('"msg":"ready"');
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
});

test('a second signal changes nothing', async () => {
  const server = start();
  await server.seen('"msg":"ready"');
  server.child.kill('SIGTERM');
  server.child.kill('SIGINT');
  expect(await server.exit).toEqual([0, null]);
  expect(server.output().match(/shutting down/g)).toHaveLength(1);
});

test('who does not come to an end with his request is cut off before the grace period is over', async () => {
  const server = start({ SHUTDOWN_GRACE_MS: '2500' });
  await server.seen('"msg":"ready"');
  const client = connect(portOf(server.output()), '127.0.0.1');
  client.on('error', () => {});
  const answered = once(client, 'data');
  // Behind a complete request, whose answer shows that the service has read the beginning of the next one.
  const complete = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';
  const begun = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY.slice(0, 20)}`;
  client.write(complete + begun);
  await answered;
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
});
