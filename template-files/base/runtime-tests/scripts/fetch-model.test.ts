import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../runtime/root.ts';

/* scripts/fetch-model.mjs before a store on this machine. */

const MODEL = Buffer.alloc(300_000, 'model');
const SHA = createHash('sha256').update(MODEL).digest('hex');

type Store = (request: IncomingMessage, response: ServerResponse, count: number) => void;
const whole: Store = (_, response) => response.end(MODEL);

const folder = mkdtempSync(join(tmpdir(), 'fetch-model-'));
const config = join(folder, 'serving.yaml');
const model = (sha256: string) => `model: { name: a b, version: "1.2.0", file: model/model.onnx, sha256: ${sha256} }\n`;
let seen: IncomingMessage[] = [];
let into = '';

beforeEach(() => {
  seen = [];
  into = mkdtempSync(join(folder, 'into-'));
  rmSync(join(folder, 'model'), { recursive: true, force: true });
  writeFileSync(config, model(SHA));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function fetchModel(store: Store, env: Record<string, string> = {}) {
  const server = createServer((request, response) => {
    seen.push(request);
    store(request, response, seen.length);
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/{name}/{version}/{sha256}.onnx?signature=secret`;
  try {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', 'fetch-model.mjs'), '--into', into], {
      cwd: folder,
      env: { PATH: process.env['PATH'], SERVING_CONFIG: config, MODEL_URL: url, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const [code] = await once(child, 'close');
    expect(output).not.toContain('secret');
    return { code, output };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const files = () => readdirSync(into);

test('the right bytes get the model’s name, and nothing else is left', async () => {
  expect(await fetchModel(whole)).toMatchObject({ code: 0 });
  expect(readFileSync(join(into, 'model.onnx')).equals(MODEL)).toBe(true);
  expect(files()).toEqual(['model.onnx']);
  expect(seen.map(({ url }) => url)).toEqual([`/a%20b/1.2.0/${SHA}.onnx?signature=secret`]);

  expect(await fetchModel(whole)).toMatchObject({ code: 0, output: expect.stringContaining('is there already') });
  expect(seen).toHaveLength(1);
});

test('what lies beside the model comes along', async () => {
  cpSync(join(ROOT, 'runtime-tests', 'fixtures', 'sample', 'model'), join(folder, 'model'), { recursive: true });
  expect(await fetchModel(whole)).toMatchObject({ code: 0 });
  expect(files().sort()).toEqual(readdirSync(join(folder, 'model')).sort());
  expect(readFileSync(join(into, 'model.onnx')).equals(MODEL)).toBe(true);
});

test.each<[string, Store, Record<string, string>, RegExp]>([
  ['other bytes', (_, r) => r.end('other'), {}, /expected the sha256 .* of serving\.yaml, found [0-9a-f]{64}/],
  ['too many bytes', whole, { MODEL_MAX_BYTES: '1000' }, /it has 300000 bytes; MODEL_MAX_BYTES allows 1000/],
  [
    'too many bytes that were not declared',
    (_, r) => r.write(MODEL, () => r.end()),
    { MODEL_MAX_BYTES: '1000' },
    /more than the 1000 bytes/,
  ],
  ['nothing there', (_, r) => r.writeHead(404).end(), {}, /expected the status 200, found 404/],
  [
    'a redirect to an unsafe place',
    (_, r) => r.writeHead(302, { location: 'http://models.example.com/x?signature=secret' }).end(),
    { MODEL_AUTHORIZATION: 'secret' },
    /redirects to http:\/\/models\.example\.com\/x: expected https/,
  ],
  ['redirects in a circle', (q, r) => r.writeHead(302, { location: q.url }).end(), {}, /redirects more than 5 times/],
])('%s: refused at once, and nothing is left', async (_what, store, env, says) => {
  const { code, output } = await fetchModel(store, env);
  expect(code).toBe(1);
  expect(output).toMatch(says);
  expect(output).not.toContain('attempt');
  expect(files()).toEqual([]);
});

test.each<[string, Store, RegExp]>([
  [
    'an answer that ends early',
    (_, r) => r.writeHead(200, { 'content-length': MODEL.length }).write('mo', () => r.destroy()),
    /attempt 1 of 5: /,
  ],
  ['an overloaded store', (_, r) => r.writeHead(503).end(), /attempt 1 of 5: expected the status 200, found 503/],
  ['a store that stalls', (_, r) => r.write('model'), /attempt 1 of 5: nothing arrived for 1 s/],
])('%s: tried again', async (_what, failing, says) => {
  const recovers: Store = (request, response, count) => (count === 1 ? failing : whole)(request, response, count);
  const { code, output } = await fetchModel(recovers, { MODEL_ATTEMPTS: '5', MODEL_IDLE_SECONDS: '1' });
  expect(output).toMatch(says);
  expect(code).toBe(0);
  expect(files()).toEqual(['model.onnx']);
});

test('attempts come to an end', async () => {
  const { code } = await fetchModel((_, r) => r.writeHead(500).end(), { MODEL_ATTEMPTS: '2' });
  expect([code, seen.length, files()]).toEqual([1, 2, []]);
});

test('credentials go to the origin they are for, and to no other', async () => {
  const elsewhere: Store = (request, response, count) => {
    const { port } = request.socket.address() as AddressInfo;
    if (count === 1) response.writeHead(307, { location: '/moved' }).end();
    else if (count === 2) response.writeHead(307, { location: `http://localhost:${port}/elsewhere` }).end();
    else response.end(MODEL);
  };
  expect(await fetchModel(elsewhere, { MODEL_AUTHORIZATION: 'Bearer secret' })).toMatchObject({ code: 0 });
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret', undefined]);
});

test.each([
  [{ MODEL_URL: '' }, /MODEL_URL: expected where the model is/],
  [{ MODEL_URL: 'http://models.example.com/m.onnx' }, /expected https/],
  [{ MODEL_URL: 'https://user:secret@models.example.com/m.onnx' }, /expected no credentials in the URL/],
  [{ MODEL_URL: 'file:///etc/passwd' }, /expected https/],
  [{ MODEL_URL: 'https://models.example.com/{sha}' }, /expected \{name\}, \{version\} or \{sha256\}, found \{sha\}/],
  [{ MODEL_ATTEMPTS: '0' }, /MODEL_ATTEMPTS: expected a whole number above 0/],
  [{ AWS_ACCESS_KEY_ID: 'id' }, /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: expected both/],
])('%j is refused', async (env: Record<string, string>, says) => {
  const { code, output } = await fetchModel(whole, env);
  expect(code).toBe(1);
  expect(output).toMatch(says);
  expect(seen).toEqual([]);
});

test('a request is signed as Amazon’s documentation of Signature Version 4 signs its example', async () => {
  const module = join(ROOT, 'scripts', 'fetch-model', 'sigv4.mjs');
  const { signedHeaders } = await import(module);
  const keys = {
    id: 'AKIAIOSFODNN7EXAMPLE',
    secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  };
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt');
  const date = new Date('2013-05-24T00:00:00Z');
  const { authorization } = signedHeaders(url, keys, date, { range: 'bytes=0-9' });
  expect(authorization).toContain('Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});

test('a slash of the key is a slash, encoded or not', async () => {
  const module = join(ROOT, 'scripts', 'fetch-model', 'sigv4.mjs');
  const { signedHeaders } = await import(module);
  const sign = (path: string) =>
    signedHeaders(new URL(`https://bucket.example.com/${path}`), { id: 'i', secret: 's', region: 'r' }, new Date(0));
  expect(sign('a%2Fb%20c.onnx').authorization).toBe(sign('a/b%20c.onnx').authorization);
  expect(sign('a/b%20c.onnx').authorization).not.toBe(sign('a/b%2520c.onnx').authorization);
});
