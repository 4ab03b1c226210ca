import {
  definePostprocess,
  definePreprocess,
  type HookContext,
  HttpError,
  type Postprocess,
} from '../../runtime/api.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';

/* Hooks that get all rows of a request. */

type Hook = (rows: readonly unknown[], context: HookContext) => readonly unknown[] | Promise<readonly unknown[]>;
const same: Hook = (rows) => rows;
let [before, behind] = [same, same];
let service: Running;
beforeAll(async () => {
  const hooks = {
    preprocess: definePreprocess((rows, context) => before(rows, context)),
    postprocess: definePostprocess((rows, context) => behind(rows, context)),
  };
  service = await boot({ hooks });
});
afterAll(() => service.close());
beforeEach(() => {
  [before, behind] = [same, same];
});

const INSTANCE = [5.1, 3.5, 1.4, 0.2];
const OTHER = [6.2, 2.9, 4.3, 1.3];
async function ask(instances: readonly unknown[] = [INSTANCE], headers: Record<string, string> = {}) {
  const response = await service.post('/predict', { instances }, headers);
  return { status: response.status, body: await bodyOf(response) };
}

test('a hook is called once for a request, with all its rows, and may wait for something', async () => {
  const seen: unknown[][] = [];
  before = async (rows) => {
    seen.push([...rows]);
    await new Promise(setImmediate);
    return rows.map((row) => (row === 'known' ? INSTANCE : row));
  };
  behind = async (rows) => rows.map((row) => (row as { label: string }).label);
  expect(await ask(['known', OTHER])).toMatchObject({ status: 200, body: { predictions: ['setosa', 'versicolor'] } });
  expect(seen).toEqual([['known', OTHER]]);
});

test('a hook knows the request: its id, its headers, and behind the model the instances', async () => {
  let context: Parameters<Postprocess>[1] | undefined;
  behind = (rows, given) => {
    context = given as Parameters<Postprocess>[1];
    context.logger.info({ rows: rows.length }, 'from the hook');
    return rows;
  };
  await ask([INSTANCE], { 'x-request-id': 'known-to-hooks', 'x-tenant': 'blue' });
  expect(context).toMatchObject({ requestId: 'known-to-hooks', instances: [INSTANCE] });
  expect(context?.headers['x-tenant']).toBe('blue');
  expect(service.logs).toContainEqual(expect.objectContaining({ id: 'known-to-hooks', msg: 'from the hook', rows: 1 }));
});

describe.each(['preprocess', 'postprocess'])('a %s hook', (name) => {
  const run = (hook: Hook) => {
    [before, behind] = name === 'preprocess' ? [hook, same] : [same, hook];
  };

  test('that throws an HttpError answers just that', async () => {
    run(async () => {
      throw new HttpError(422, 'NO_SUCH_CUSTOMER', 'there is no customer 17', { headers: { 'X-Customer': '17' } });
    });
    const response = await service.post('/predict', { instances: [INSTANCE] });
    expect([response.status, response.headers.get('x-customer'), await bodyOf(response)]).toEqual([
      422,
      '17',
      { error: 'there is no customer 17', code: 'NO_SUCH_CUSTOMER' },
    ]);
  });

  test('that fails otherwise is HOOK_FAILED, with the reason in the log alone', async () => {
    run(() => {
      throw new Error('password=hunter2');
    });
    const { status, body } = await ask();
    expect([status, body['code']]).toEqual([500, 'HOOK_FAILED']);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(service.logs).toContainEqual(
      expect.objectContaining({ err: expect.objectContaining({ message: 'password=hunter2' }) }),
    );
  });

  test.each<[string, Hook]>([
    ['fewer rows', (rows) => rows.slice(1)],
    ['no list', () => 'rows' as never],
    ['nothing', () => undefined as never],
  ])('that returns %s fails the request, and its file is named', async (_, hook) => {
    run(hook);
    expect(await ask([INSTANCE, OTHER])).toMatchObject({ status: 500, body: { code: 'HOOK_FAILED' } });
    const { err } = service.logs.at(-2) as { err: { message: string } };
    expect(err.message).toContain(`src/hooks/${name}.ts: expected it to return a list of 2`);
  });

  test('that waits for ever is 504 at the deadline, which its signal tells it', async () => {
    let signal: AbortSignal | undefined;
    run((_, context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    const { status, body } = await ask([INSTANCE], { 'x-timeout-ms': '2000' });
    expect([status, body['code']]).toEqual([504, 'TIMEOUT']);
    expect(body['error']).toContain(`src/hooks/${name}.ts`);
    expect(signal?.aborted).toBe(true);
  });
});

test('golden samples have no request', async () => {
  const contexts: HookContext[] = [];
  before = (rows, context) => {
    contexts.push(context);
    return rows;
  };
  expect(await bodyOf(await fetch(`${service.url}/predict/test`))).toMatchObject({ agrees: true });
  expect(contexts[0]?.signal.aborted).toBe(false);
});

test.each<[number, string]>([
  [200, 'CODE'],
  [422.5, 'CODE'],
  [422, 'not a code'],
  [422, ''],
])('an HttpError of %p and %p is a mistake of its author', (status, code) => {
  expect(() => new HttpError(status, code, 'text')).toThrow(TypeError);
});
