import { Ajv2020 } from 'ajv/dist/2020.js';
import { examples } from '../../runtime/http/openapi/document.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';

interface Media {
  readonly schema: object;
  readonly example?: unknown;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Media>> }>>;
}

let service: Running;
let document: Record<string, unknown>;
let operations: { path: string; method: string; operation: Operation }[];

beforeAll(async () => {
  service = await boot();
  document = await bodyOf(await fetch(`${service.url}/openapi.json`));
  const paths = document['paths'] as Record<string, Record<string, Operation>>;
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
});
afterAll(() => service.close());

/** Checks a value against a schema of the document, whose references stay resolvable. */
function problems(schema: object, value: unknown): unknown {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile({ ...schema, components: document['components'] });
  return validate(value) ? [] : validate.errors;
}

test('describes every route but the page, each operation once', () => {
  const described = operations.map(({ path, method }) => `${method} ${path}`);
  expect(described).toContain('POST /predict');
  expect(described).toContain('POST /v2/models/{model}/infer');
  expect(described).toContain('GET /openapi.json');
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const metrics = service.metrics.registry.metrics();
  return metrics.then((text) => {
    const labels = [...text.matchAll(/ml_serving_request_duration_seconds_count\{route="([^"]+)"\}/g)].map(
      (match) => match[1],
    );
    const page = ['/', '/page.css', '/page.js', 'other'];
    expect(labels.filter((label) => !page.includes(label ?? '')).sort()).toEqual(
      [...new Set(operations.map(({ path }) => path))].sort(),
    );
  });
});

test('every example works, and every answer is as described', async () => {
  let examples = 0;
  for (const { path, method, operation } of operations) {
    const url = new URL(
      service.url +
        path.replace(/\{(\w+)\}/g, (_, name) => String(operation.parameters.find((p) => p.name === name)?.example)),
    );
    const media = operation.requestBody?.content['application/json'];
    if (media) {
      expect([path, media.example]).not.toEqual([path, undefined]);
      expect([path, problems(media.schema, media.example)]).toEqual([path, []]);
      examples += 1;
    }
    const response = await fetch(url, {
      method,
      // Under the id that the example of feedback names.
      headers: { 'content-type': 'application/json', 'x-request-id': '0b6ff1a2-7d0c-4a53-9f0f-0c6d5a6f6a51' },
      ...(media && { body: JSON.stringify(media.example) }),
    });
    expect([path, response.status]).toEqual([path, 200]);
    const answer = operation.responses['200']?.content['application/json'];
    if (!answer) continue;
    const body: unknown = await response.json();
    expect([path, problems(answer.schema, body)]).toEqual([path, []]);
    if (answer.example !== undefined) expect([path, problems(answer.schema, answer.example)]).toEqual([path, []]);
  }
  expect(examples).toBe(4);
});

test('what the service refuses, the document refuses', () => {
  const predict = operations.find(({ operation }) => operation.operationId === 'predict');
  const schema = predict?.operation.requestBody?.content['application/json']?.schema ?? {};
  for (const body of [
    {},
    { instances: [] },
    { instances: [[1, 2, 3]] },
    { instances: [{ sepal_length: 1 }] },
    { instances: [['a', 1, 2, 3]] },
  ]) {
    expect(problems(schema, body)).not.toEqual([]);
  }
});

test('a sample of a large tensor is no example: the document stays small', () => {
  const config = service.config;
  const [first] = config.golden?.samples ?? [];
  const large = { instance: { x: [new Array(5000).fill(0)] }, prediction: 1 };
  const golden = { tolerance: 1e-5, samples: first ? [large, first] : [] };
  expect(examples({ ...config, golden }).predict?.request.instances).toEqual([first?.instance]);
  expect(examples({ ...config, golden: { ...golden, samples: [large] } })).toMatchObject({
    predict: undefined,
    test: undefined,
    infer: undefined,
  });
});
