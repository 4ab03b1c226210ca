import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../runtime/root.ts';
import { portOf, start } from './helpers/process.ts';
import { SAMPLE } from './helpers/service.ts';

test('starts, answers and ends cleanly on SIGTERM', async () => {
  const server = start();
  await server.seen('"msg":"ready"');
  const response = await fetch(`http://127.0.0.1:${portOf(server.output())}/predict/test`);
  expect(await response.json()).toMatchObject({ agrees: true });
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
  expect(server.output()).toContain('"msg":"stopped"');
});

test.each<[string, Record<string, string>, string]>([
  ['a wrong port', { PORT: 'http' }, 'environment PORT: expected an integer from 0 to 65535, found \\"http\\"'],
  ['a wrong log level', { LOG_LEVEL: 'loud' }, 'environment LOG_LEVEL: expected one of trace'],
  ['a missing contract', { SERVING_CONFIG: 'nowhere.yaml' }, 'CONFIG_INVALID'],
])('%s stops the process with one clear line', async (_, env, message) => {
  const server = start(env);
  expect(await server.exit).toEqual([1, null]);
  expect(server.output()).toContain(message);
  expect(server.output()).not.toContain('    at ');
});

test('what turns out wrong while the workers load the model ends them as well', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serving-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
  const file = join(folder, 'serving.yaml');
  appendFileSync(file, 'predictionLog: { mode: full, remove: [nobody] }\n');
  const server = start({ SERVING_CONFIG: file });
  expect(await server.exit).toEqual([1, null]);
  expect(server.output()).toContain('predictionLog.remove');
  rmSync(folder, { recursive: true });
});
