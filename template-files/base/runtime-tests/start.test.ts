import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../runtime/root.ts';
import { portOf, startFile } from './helpers/process.ts';
import { SAMPLE } from './helpers/service.ts';

/* What src/server.ts may give to `start`, in a real process. */

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const START = pathToFileURL(join(ROOT, 'dist/runtime/start.js')).href;

/** Starts a server.ts with this text as the options of `start`. */
function startWith(name: string, options: string, env: Record<string, string> = {}, imports = '') {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `import { start } from '${START}';\n${imports}\nawait start(${options});\n`);
  return startFile(file, env);
}

test.each([
  ['throws', "{ configure() { throw new Error('no database') } }"],
  ['rejects', "{ configure: () => Promise.reject(new Error('no database')) }"],
])('a configure that %s ends the process with one line that names src/app.ts', async (name, options) => {
  const server = startWith(name, options);
  expect(await server.exit).toEqual([1, null]);
  const [line, ...others] = server
    .output()
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(others).toEqual([]);
  expect(line).toMatchObject({ level: 60, code: 'CONFIG_INVALID', msg: 'src/app.ts: configure failed: no database' });
  expect(line?.['stack']).toContain(`${name}.mjs`);
});

test('a configure that waits for ever does not keep a signal from ending the process', async () => {
  // Its timer would keep the process as a connection to a database does.
  const server = startWith(
    'waits',
    "{ configure: () => new Promise(() => { setInterval(() => {}, 1000); process.stdout.write('waiting') }) }",
  );
  await server.seen('waiting');
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
  expect(server.output()).toContain('stopped before the service was configured');
});

test('an answer in a callback after another one is logged and counted, and the process lives', async () => {
  const server = startWith(
    'twice',
    `{ configure(app) { app.get('/twice', (req, res) => { setImmediate(() => res.json({ second: true })); res.json({ first: true }); }) } }`,
  );
  await server.seen('"msg":"ready"');
  const url = `http://127.0.0.1:${portOf(server.output())}`;
  expect(await (await fetch(`${url}/twice`)).json()).toEqual({ first: true });
  await server.seen('a request was answered twice');
  expect(await (await fetch(`${url}/predict/test`)).json()).toMatchObject({ agrees: true });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'ml_serving_unexpected_errors_total{kind="uncaughtException"} 1',
  );
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
});

test('a feature of the team adds its routes', async () => {
  const feature = `{ name: 'ours', open: () => ({ routes: [{ method: 'GET', path: '/ours', label: '/ours',
    handler: () => ({ status: 200, type: 'text/plain', body: 'ours' }) }] }) }`;
  const server = startWith('feature', `{ features: [${feature}] }`);
  await server.seen('"msg":"ready"');
  expect(await (await fetch(`http://127.0.0.1:${portOf(server.output())}/ours`)).text()).toBe('ours');
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
});

test('a hook that blocks the thread is named while it does and afterwards, and probes are answered again behind it', async () => {
  const sample = join(folder, 'sample');
  cpSync(join(ROOT, dirname(SAMPLE)), sample, { recursive: true });
  const yaml = join(sample, 'serving.yaml');
  const limits = 'limits:\n  blockedMs: 100\n  stuckMs: 1000\n';
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('limits:\n', limits));
  const block = `(rows) => { if (rows[0] === 'block') { const end = Date.now() + 2500; while (Date.now() < end); } return rows; }`;
  const server = startWith(
    'blocks',
    `{ hooks: { preprocess: definePreprocess(${block}) } }`,
    { SERVING_CONFIG: yaml },
    `import { definePreprocess } from '${pathToFileURL(join(ROOT, 'dist/runtime/api.js')).href}';`,
  );
  await server.seen('"msg":"ready"');
  const url = `http://127.0.0.1:${portOf(server.output())}`;
  const blocked = fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'the-blocker' },
    body: JSON.stringify({ instances: ['block'] }),
  });
  await server.seen('the event loop has been blocked for 1000 ms');
  expect(server.output()).toContain('"ran":"src/hooks/preprocess.ts, request the-blocker"');
  expect((await blocked).status).toBe(400);
  await server.seen('"ran":[{"name":"src/hooks/preprocess.ts","requestId":"the-blocker"}]');
  // Stuck for all of the last second, and a moment later not any more.
  let status = 0;
  while (status !== 200) status = (await fetch(`${url}/v2/health/live`)).status;
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^ml_serving_event_loop_blocked_seconds_total [2-9]/m);
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
});
