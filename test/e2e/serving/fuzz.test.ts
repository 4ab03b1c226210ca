import { join } from 'node:path';
import fc from 'fast-check';
import { temporaryFolder } from '../support/folder.ts';
import { must } from '../support/run.ts';
import { type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* Whatever is sent to whichever route: JSON with a code, never a 5xx, never silence, and the next request is unharmed. */

const directory = join(temporaryFolder(), 'fuzz');
let serving: Serving;

beforeAll(async () => {
  await stampOut(directory);
  await must('npm', ['run', 'build'], { cwd: directory });
  serving = await serve(directory);
}, 300_000);
afterAll(() => serving?.stop());

const RUNS = 400;
const GOOD = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
const INFER = '/v2/models/fuzz/infer';

interface Sent {
  readonly path: string;
  readonly body: string | Uint8Array;
  readonly headers?: Record<string, string>;
}

async function send({ path, body, headers = {} }: Sent): Promise<Response> {
  return fetch(serving.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(5000),
  });
}

/** The claim that holds for anything that is sent. */
async function holds(sent: Sent): Promise<void> {
  const response = await send(sent);
  const bytes = await response.arrayBuffer();
  expect(response.status).toBeLessThan(500);
  if (response.status >= 400) {
    const error = JSON.parse(Buffer.from(bytes).toString()) as { error: unknown; code: unknown };
    expect([typeof error.error, typeof error.code]).toEqual(['string', 'string']);
  }
}

afterEach(async () => {
  const response = await send({ path: '/predict', body: GOOD });
  expect(((await response.json()) as { predictions: { label: string }[] }).predictions[0]?.label).toBe('setosa');
});

/** Numbers at the edges of what the tensors hold, and words that are no numbers. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 3, arbitrary: fc.constantFrom(0, -0, 1e308, -1e308, 3.4e38, 3.5e38, 1e-320, 2 ** 53) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'NaN', '1', true, [], {}, [[]], '\0', '__proto__') },
);
const feature = fc.constantFrom(
  'sepal_length',
  'sepal_width',
  'petal_length',
  'petal_width',
  '__proto__',
  'constructor',
  '',
);
const instance = fc.oneof(
  fc.array(value, { minLength: 3, maxLength: 5 }),
  fc.dictionary(feature, value),
  fc.record({ sepal_length: value, sepal_width: value, petal_length: value, petal_width: value }),
  fc.jsonValue({ maxDepth: 4 }),
);

test('instances of every kind', async () => {
  const body = fc.record({ instances: fc.array(instance, { maxLength: 8 }) });
  await fc.assert(
    fc.asyncProperty(body, (sent) => holds({ path: '/predict', body: JSON.stringify(sent) })),
    { numRuns: RUNS },
  );
}, 120_000);

test('JSON of every kind, on every route that takes a body', async () => {
  const path = fc.constantFrom('/predict', INFER, '/v2/models/fuzz/versions/1.0.0/infer');
  await fc.assert(
    fc.asyncProperty(path, fc.jsonValue({ maxDepth: 6 }), (where, sent) =>
      holds({ path: where, body: JSON.stringify(sent) }),
    ),
    { numRuns: RUNS },
  );
}, 120_000);

test('tensors of every kind', async () => {
  const shape = fc.oneof(
    fc.constantFrom([1, 4], [2, 4], [4], [], [0, 4], [-1, 4], [2 ** 53, 4], [1e308, 4]),
    fc.array(fc.oneof(fc.integer(), fc.double(), fc.constant(null)), { maxLength: 4 }),
  );
  const tensor = fc.record(
    {
      name: fc.constantFrom<unknown>('float_input', 'x', '__proto__', 5),
      shape,
      datatype: fc.constantFrom<unknown>('FP32', 'FP64', 'BYTES', null),
      data: fc.oneof(fc.array(value, { maxLength: 9 }), fc.array(fc.array(value, { maxLength: 5 }), { maxLength: 3 })),
      parameters: fc.dictionary(fc.constantFrom('binary_data_size', 'x'), fc.oneof(fc.integer(), fc.string())),
    },
    { requiredKeys: ['name', 'shape', 'datatype'] },
  );
  const output = fc.record(
    { name: fc.constantFrom('probabilities', 'label', ''), parameters: fc.object() },
    { requiredKeys: ['name'] },
  );
  const body = fc.record(
    {
      inputs: fc.array(tensor, { maxLength: 3 }),
      outputs: fc.array(output, { maxLength: 3 }),
      id: fc.string(),
      parameters: fc.object(),
    },
    { requiredKeys: ['inputs'] },
  );
  await fc.assert(
    fc.asyncProperty(body, (sent) => holds({ path: INFER, body: JSON.stringify(sent) })),
    { numRuns: RUNS },
  );
}, 120_000);

test('bytes of every kind, with every header length and encoding', async () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const headers = fc.record(
    {
      'inference-header-content-length': fc.oneof(
        fc.nat(400).map(String),
        fc.constantFrom('0', '-1', '1e9', '99999999999999999999'),
      ),
      'content-encoding': fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'zstd'),
      'content-type': fc.constantFrom(
        'application/json',
        'application/octet-stream',
        'text/plain',
        'multipart/form-data',
      ),
      'x-request-id': fc.stringMatching(/^[ -~]{0,40}$/).map((text) => text.trim()),
      'x-timeout-ms': fc.constantFrom('1000', '-5', 'soon', '99999999999'),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/predict', INFER), bytes, headers, (path, body, more) =>
      holds({ path, body, headers: more }),
    ),
    { numRuns: RUNS },
  );
}, 120_000);

test('a good request cut, doubled or changed anywhere', async () => {
  const infer = JSON.stringify({
    inputs: [{ name: 'float_input', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }],
  });
  const change = fc.record({
    at: fc.nat(200),
    remove: fc.nat(3),
    insert: fc.constantFrom('', '{', '}', '[', ']', '"', ',', '9', '\\', '\ud800', '\0'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(GOOD, infer),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (good, changes) => {
        const body = changes.reduce(
          (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
          good,
        );
        return holds({ path: good === GOOD ? '/predict' : INFER, body });
      },
    ),
    { numRuns: RUNS },
  );
}, 120_000);

test('paths of every kind', async () => {
  const part = fc.oneof(
    fc.constantFrom('v2', 'models', 'fuzz', 'infer', 'ready', '..', '%2e%2e', '%', '%00', 'predict', 'versions'),
    fc.webSegment(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 7 }),
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
      async (parts, method) => {
        const response = await fetch(`${serving.url}/${parts.join('/')}`, {
          method,
          signal: AbortSignal.timeout(5000),
        });
        await response.arrayBuffer();
        expect(response.status).toBeLessThan(500);
      },
    ),
    { numRuns: RUNS },
  );
}, 120_000);
