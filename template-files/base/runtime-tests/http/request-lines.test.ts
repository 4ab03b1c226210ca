import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { boot, type Running } from '../helpers/service.ts';

/* Request lines and headers that clients, proxies and scanners send. Whatever they are, none is a failure of the service. */

const readers = ['own', 'node'] as const;
const services = new Map<string, Running>();

beforeAll(async () => {
  for (const reader of readers) {
    services.set(reader, await boot({ env: { HTTP_READER: reader } }));
  }
});
afterAll(() => Promise.all([...services.values()].map((service) => service.close())));

const BODY = '{"instances":[[5.1,3.5,1.4,0.2]]}';

/** The status of what is sent on a connection of its own; 0 where it is closed without an answer. */
async function statusOf(reader: string, head: string, body = ''): Promise<number> {
  const { url } = services.get(reader) as Running;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`${head}\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
  const answer = await text(socket);
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}

test.each(readers)('with the reader %s, a whole URL names its path, whatever its host and port', async (reader) => {
  for (const origin of ['http://a:99999', 'http://x', 'HTTPS://[', 'http://:0']) {
    expect([origin, await statusOf(reader, `POST ${origin}/predict HTTP/1.1`, BODY)]).toEqual([origin, 200]);
    expect([origin, await statusOf(reader, `GET ${origin}/predict/test?sample=0 HTTP/1.1`)]).toEqual([origin, 200]);
    expect([origin, await statusOf(reader, `GET ${origin}/nothing HTTP/1.1`)]).toEqual([origin, 404]);
  }
});

test.each(readers)(
  'with the reader %s, no request line is a failure of the service',
  async (reader) => {
    const paths = ['/predict', '/predict/test', '/v2/models/sample/infer', '/metrics', '/feedback', '', '/nothing'];
    const queries = ['', '?', '?top_k=1', '?top_k=%zz', '?sample=1e9', '?sample=-1', '?a=%00&sample[]=1', '?#?', '?%'];
    const origins = ['', '/', '//a:99999', '*', 'http://a:99999', 'ftp://a:1', 'http:', 'x:', '/%', '/%c0%80', '/\\'];
    const seen: string[] = [];
    for (const origin of origins) {
      for (const path of paths) {
        const query = queries[seen.length % queries.length];
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const line = `${method} ${origin}${path}${query} HTTP/1.1`;
          const status = await statusOf(reader, line, method === 'POST' ? BODY : '');
          seen.push(line);
          expect([line, status >= 500 ? status : 'answered']).toEqual([line, 'answered']);
        }
      }
    }
  },
  120_000,
);
