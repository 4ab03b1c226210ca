import { deflateSync, gzipSync } from 'node:zlib';
import { feedbackBody, goodPredictBody, grownBody, inferBody, mutated, predictBody } from './bodies.mjs';
import { anyText, FRAGMENTS, grownJson, grownText } from './values.mjs';

/**
 * A request as its bytes, and what is known of it: `answered` where a server must not close the connection without a word, `head`
 * where the answer has no body, `alone` where the connection cannot be used again.
 */

/** Bodies are grown to this size at most: where work grows with the square, that is a billion steps. */
const MAX_GROWN = 64 * 1024;
/** Node.js' bound for all headers is 16 KiB. */
const MAX_HEADER = 12 * 1024;

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];

export function requestOf(random, model) {
  const kind = random.below(100);
  if (kind < 35) return post(random, '/predict', Buffer.from(predictBody(random, model)));
  if (kind < 60) return infer(random, model);
  if (kind < 70)
    return post(random, random.pick(['/predict', inferPath(random, model), '/feedback']), grownBody(random, MAX_GROWN));
  if (kind < 74) return post(random, '/feedback', Buffer.from(feedbackBody(random)));
  if (kind < 82) return post(random, random.pick(['/predict', inferPath(random, model)]), Buffer.from(anyText(random)));
  if (kind < 97) return line(random, model);
  return { bytes: garbage(random, model), answered: false, head: false, alone: true };
}

function inferPath(random, { name }) {
  return random.chance(0.8)
    ? `/v2/models/${name}/infer`
    : `/v2/models/${name}/versions/${random.pick(['1.0.0', 'x'])}/infer`;
}

function infer(random, model) {
  const { json, binary } = inferBody(random, model);
  const isBinary = binary.length > 0 || random.chance(0.05);
  const length = random.chance(0.95) ? json.length : random.pick([0, 1, json.length + 1, 2 ** 40, '-1', '1e9', 'x']);
  const headers = isBinary ? [['Inference-Header-Content-Length', length]] : [];
  return post(random, inferPath(random, model), Buffer.concat([json, binary]), headers);
}

/** A POST with a body that is often changed, packed, marked or of another type than it says. */
function post(random, path, good, headers = []) {
  let body = random.chance(0.25) ? mutated(random, good) : good;
  if (random.chance(0.05)) body = Buffer.concat([MARK, body]);
  const all = [...headers, ['Content-Type', contentType(random)], ...moreHeaders(random)];
  if (random.chance(0.08)) {
    const encoding = random.pick(['gzip', 'deflate', 'br', 'identity', 'zstd', 'gzip, gzip']);
    const pack = random.chance(0.7) ? { gzip: gzipSync, deflate: deflateSync }[encoding] : undefined;
    body = pack ? pack(body) : body;
    all.push(['Content-Encoding', encoding]);
  }
  const query = random.chance(0.15) ? queryOf(random) : '';
  return build(random, 'POST', path + query, all, body);
}

function contentType(random) {
  if (random.chance(0.85)) return 'application/json';
  return random.pick([
    'application/octet-stream',
    'text/plain',
    'image/png',
    'image/jpeg',
    'multipart/form-data; boundary=x',
    'application/x+json; charset=utf-8',
    `application/json;${';'.repeat(random.size(MAX_HEADER / 4))}`,
  ]);
}

const OPTIONAL = [
  (random) => ['X-Request-Id', headerText(random)],
  (random) => ['X-Timeout-Ms', random.pick(['1000', '-5', 'soon', '99999999999', '0', '1e3'])],
  (random) => [
    'Accept-Encoding',
    random.pick(['gzip', 'gzip;q=0', 'br, deflate', `${'gzip;q=0,'.repeat(random.size(900))}`, headerText(random)]),
  ],
  (random) => ['traceparent', random.pick([`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, headerText(random)])],
  (random) => ['Inference-Header-Content-Length', random.pick(['0', '1', '9007199254740993', 'x', headerText(random)])],
  (random) => ['Expect', random.pick(['100-continue', 'nothing'])],
  (random) => ['Accept', headerText(random)],
  (random) => ['Cookie', headerText(random)],
];

function moreHeaders(random) {
  return random.chance(0.2) ? random.many(3, () => random.pick(OPTIONAL)(random)) : [];
}

/** Visible letters, of any number up to what the headers may have. */
function headerText(random) {
  const text = grownText(random)(random.size(MAX_HEADER / 3));
  return text
    .replace(/[^ -~]/g, 'x')
    .slice(0, MAX_HEADER / 3)
    .trim();
}

function queryOf(random) {
  const text = random.pick(FRAGMENTS).replace(/[^!-~]|[?#]/g, 'x');
  return `?${random.pick(['top_k', 'sample', 'variant', 'x'])}=${random.pick(['1', '0', '-1', '1e9', '%zz', '%00', text.repeat(random.size(1000))])}`;
}

/** Any method and any target, in any form of HTTP. */
function line(random, { name }) {
  const paths = [
    '/predict',
    '/predict/test',
    '/v2',
    '/v2/health/ready',
    '/v2/health/live',
    '/health',
    `/v2/models/${name}`,
    `/v2/models/${name}/ready`,
    '/metadata',
    '/labels',
    '/openapi.json',
    '/',
    '/page.js',
    '/feedback',
  ];
  const origin = random.chance(0.6)
    ? ''
    : random.pick([
        '/',
        '//a:99999',
        'http://a:99999',
        'http://[',
        'HTTP://x',
        'ftp://a',
        '*',
        'x:',
        '/%',
        '/%c0%80',
        '/..',
        '/\\',
      ]);
  const parts = random.chance(0.7)
    ? random.pick(paths)
    : `/${random.many(6, () => random.pick(['v2', 'models', name, 'infer', '..', '%2e', '%', '%ff', 'a'])).join('/')}`;
  const long = random.chance(0.05)
    ? random
        .pick(FRAGMENTS)
        .replace(/[^!-~]|[?#]/g, 'x')
        .repeat(random.size(3000))
        .slice(0, 8000)
    : '';
  const method = random.pick(METHODS);
  const body =
    method === 'POST' || random.chance(0.1)
      ? Buffer.from(goodPredictBody(random, { type: 'custom', inputs: [] }))
      : Buffer.alloc(0);
  return build(
    random,
    method,
    `${origin}${parts}${long}${random.chance(0.4) ? queryOf(random) : ''}` || '/',
    moreHeaders(random),
    body,
  );
}

/** Bytes on the wire; some as pieces of a chunked body. */
function build(random, method, target, headers, body) {
  const chunked = body.length > 0 && random.chance(0.05);
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: fuzz', ...headers.map(([key, value]) => `${key}: ${value}`)];
  lines.push(chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const bytes = Buffer.concat([head, chunked ? inChunks(random, body) : body]);
  const pieces = random.chance(0.05) ? random.many(4, () => random.below(bytes.length)).sort((a, b) => a - b) : [];
  return { bytes, pieces, answered: true, head: method === 'HEAD', alone: false };
}

function inChunks(random, body) {
  const parts = [];
  for (let at = 0; at < body.length; ) {
    const part = body.subarray(at, at + 1 + random.size(body.length));
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

/** What is no HTTP, or only nearly. */
function garbage(random, model) {
  const good = post(random, '/predict', Buffer.from(predictBody(random, model))).bytes;
  return random.chance(0.5) ? mutated(random, good.subarray(0, 400)) : random.bytes(random.size(500));
}

/** Bodies of a size that is asked for, each kind of them: the work for twice the size is compared with that for the size. */
export function growingRequests(random, model) {
  const instance = JSON.stringify(JSON.parse(goodPredictBody(random, model)).instances[0]);
  const text = random.chance(0.3) ? grownText(random) : grownJson(random, model, instance);
  const path = random.pick(['/predict', inferPath(random, model), '/feedback']);
  return (length) => {
    const body = Buffer.from(text(length));
    const head = `POST ${path} HTTP/1.1\r\nHost: fuzz\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    return { bytes: Buffer.concat([Buffer.from(head), body]), pieces: [], answered: true, head: false, alone: false };
  };
}
