import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../runtime/root.ts';
import { portOf, startFile } from './helpers/process.ts';

/* What src/server.ts may give to `start`, in a real process. */

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const START = pathToFileURL(join(ROOT, 'dist/runtime/start.js')).href;

/** Starts a server.ts with this text as the options of `start`. */
function startWith(name: string, options: string, env: Record<string, string> = {}) {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `import { start } from '${START}';\nawait start(${options});\n`);
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
