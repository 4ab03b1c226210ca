import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { readHead } from '../../../runtime/features/http-fast-path/head.ts';

const PLAIN = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 2';

/** What Node.js reads from the same lines. */
async function asNode(head: string): Promise<Pick<IncomingMessage, 'url' | 'headers'>> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`${head}\r\n\r\n{}`);
  const [{ url, headers }] = (await once(server, 'request')) as [IncomingMessage];
  socket.destroy();
  server.closeAllConnections();
  server.close();
  return { url, headers };
}

test.each([
  ['the least that there may be', PLAIN],
  ['a query', PLAIN.replace('/predict', '/predict?top_k=2&x=%20')],
  ['space around values, and none', `${PLAIN} \r\nA:  b c  \r\nB:d\r\nC:`],
  ['names in any case, and of any letters', `${PLAIN}\r\nX-ReQuest-ID: r1\r\n!#$%&'*+.^_\`|~09: z`],
  ['values with everything that is visible', `${PLAIN}\r\nX: "quoted"; q=0.5, :,{}[]\\~`],
  ['a connection that stays', `${PLAIN}\r\nConnection: Keep-Alive`],
])('%s is read as Node.js reads it', async (_, head) => {
  const read = readHead(head);
  const { url, headers } = await asNode(head);
  expect(read).toEqual({ url, headers: { ...headers }, bodyBytes: 2 });
});

test('names of clients touch no prototype', () => {
  const read = readHead(`${PLAIN}\r\n__proto__: x\r\nconstructor: y`);
  expect(Object.entries(read?.headers ?? {})).toContainEqual(['__proto__', 'x']);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test.each([
  ['another method', PLAIN.replace('POST', 'GET')],
  ['a method in small letters', PLAIN.replace('POST', 'post')],
  ['another version', PLAIN.replace('1.1', '1.0')],
  ['a whole URL', PLAIN.replace('/predict', 'http://x/predict')],
  ['two spaces', PLAIN.replace('/predict ', '/predict  ')],
  ['a path of other letters', PLAIN.replace('/predict', '/pr\xe9dict')],
  ['no host', PLAIN.replace('Host', 'Hos')],
  ['two hosts', `${PLAIN}\r\nHost: y`],
  ['no length', PLAIN.replace('Content-Length', 'Content-Lengt')],
  ['two lengths', `${PLAIN}\r\ncontent-length: 2`],
  ['no body', PLAIN.replace('2', '0')],
  ['a length with a sign', PLAIN.replace('2', '+2')],
  ['a length with a zero in front', PLAIN.replace('2', '02')],
  ['a length of several', PLAIN.replace('2', '2, 2')],
  ['a hexadecimal length', PLAIN.replace('2', '0x2')],
  ['a length beyond all bounds', PLAIN.replace('2', '9999999999')],
  ['chunks', `${PLAIN}\r\nTransfer-Encoding: chunked`],
  ['a client that takes trailers', `${PLAIN}\r\nTE: trailers`],
  ['trailers', `${PLAIN}\r\nTrailer: X`],
  ['a packed body', `${PLAIN}\r\nContent-Encoding: gzip`],
  ['a client that waits for leave', `${PLAIN}\r\nExpect: 100-continue`],
  ['another protocol', `${PLAIN}\r\nUpgrade: h2c`],
  ['a connection that ends', `${PLAIN}\r\nConnection: close`],
  ['a connection that asks for more', `${PLAIN}\r\nConnection: keep-alive, x-forwarded-for`],
  ['a tab', PLAIN.replace('2', '2\t')],
  ['a proxy’s connection that ends', `${PLAIN}\r\nProxy-Connection: close`],
  ['a name twice', `${PLAIN}\r\nX: y\r\nx: y`],
  ['a name with a space', `${PLAIN}\r\nX y: z`],
  ['a space before the colon', `${PLAIN}\r\nX : y`],
  ['no name', `${PLAIN}\r\n: y`],
  ['no colon', `${PLAIN}\r\nX`],
  ['a folded line', `${PLAIN}\r\nX: y\r\n z`],
  ['a line end of its own kind', `${PLAIN}\r\nX: y\nTransfer-Encoding: chunked`],
  ['a lone return', `${PLAIN}\r\nX: y\rz`],
  ['a zero', `${PLAIN}\r\nX: \0`],
  ['letters beyond ASCII', `${PLAIN}\r\nX: \xe9`],
  ['an empty line in front', `\r\n${PLAIN}`],
  ['very many lines', PLAIN + Array.from({ length: 100 }, (_, i) => `\r\nX${i}: y`).join('')],
  ['nothing', ''],
])('%s is left to Node.js', (_, head) => {
  expect(readHead(head)).toBeUndefined();
});
