import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../runtime/config.ts';
import { feedback } from '../runtime/features/feedback/index.ts';
import { ROOT } from '../runtime/root.ts';
import { SAMPLE } from './helpers/service.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(more: string, env: NodeJS.ProcessEnv = {}) {
  const file = join(folder, 'serving.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n${more}\n`);
  return loadConfig({ ...env, SERVING_CONFIG: file });
}

test('what serving.yaml leaves out has a default', () => {
  const { serving } = load('');
  expect(serving).toMatchObject({
    predictionLog: { mode: 'off', to: 'stdout', rate: 0.01 },
    feedback: { maxPredictions: 10_000, ttlSeconds: 3600 },
  });
});

test('serving.yaml has the sections of the chosen features only', () => {
  const { serving } = loadConfig({ SERVING_CONFIG: SAMPLE }, ROOT, [feedback]);
  expect(serving).toHaveProperty('feedback');
  expect(serving).not.toHaveProperty('predictionLog');
});

test.each([
  ['predictionLog: { mode: always }', /predictionLog.mode: expected one of off, sampled, full/],
  ['predictionLog: { mode: sampled, rate: 2 }', /predictionLog.rate: expected it to be <= 1/],
  ['feedback: { maxPredictions: -1 }', /feedback.maxPredictions: expected it to be >= 0/],
])('%s is refused', (more, message) => {
  expect(() => load(more)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );
});

test('a delay that leaves nothing of the grace period is refused', () => {
  expect(load('', { DRAIN_DELAY_MS: '2999', SHUTDOWN_GRACE_MS: '3000' })).toMatchObject({ drainDelayMs: 2999 });
  expect(load('', { SHUTDOWN_GRACE_MS: '0' })).toMatchObject({ drainDelayMs: 0 });
  for (const env of [{ DRAIN_DELAY_MS: '3000', SHUTDOWN_GRACE_MS: '3000' }, { DRAIN_DELAY_MS: '30000' }]) {
    expect(() => load('', env)).toThrow(/environment DRAIN_DELAY_MS: expected less than SHUTDOWN_GRACE_MS/);
  }
});

test('a byte order mark before a file is no part of it', () => {
  const before = load('');
  for (const file of ['serving.yaml', join('model', 'golden.json')]) {
    const path = join(folder, file);
    writeFileSync(path, `\ufeff${readFileSync(path, 'utf8')}`);
  }
  expect(loadConfig({ SERVING_CONFIG: join(folder, 'serving.yaml') })).toEqual(before);
});
