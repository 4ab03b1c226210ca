import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { must } from '../support/run.ts';
import { post, type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* Cutting four megabytes of text into tokens takes seconds of pure computation: it must hold up nobody else. */

const directory = join(temporaryFolder(), 'texts');
let serving: Serving;

beforeAll(async () => {
  await stampOut(directory, [], ['--model', join(repositoryRoot, 'test', 'models', 'token-ids', 'model.onnx')]);
  const path = join(directory, 'serving.yaml');
  const yaml = readFileSync(path, 'utf8')
    .replace(/tooLong: truncate/, 'tooLong: truncate, maxCharacters: 65536')
    .replace(/timeoutMs: \d+/, 'timeoutMs: 60000');
  writeFileSync(path, yaml);
  await must('npm', ['run', 'build'], { cwd: directory });
  serving = await serve(directory, { WORKERS: '1' });
}, 300_000);
afterAll(() => serving?.stop());

/** The event loop's histogram measures timers of this length: what is above it is the gap. */
const TIMER_SECONDS = 0.01;
const lag = async (quantile: string): Promise<number> => {
  const text = await (await fetch(`${serving.url}/metrics`)).text();
  return Number(new RegExp(`^nodejs_eventloop_lag_${quantile}_seconds (.*)$`, 'm').exec(text)?.[1]) - TIMER_SECONDS;
};
const timed = async <T>(work: Promise<T>): Promise<{ ms: number; result: T }> => {
  const started = performance.now();
  return { result: await work, ms: performance.now() - started };
};

test('texts of 64 KB by the dozen: the loop stays free, and a short text need not wait for them', async () => {
  const long = Array.from({ length: 60 }, (_, i) => `where is parcel ${i}? `.repeat(4000).slice(0, 65_000));
  const short = () => post(`${serving.url}/predict`, { instances: ['where is my parcel?'] });
  await short();
  // Read and thereby reset: what counts is the gap under load, not the start's.
  await lag('p99');
  let loaded = true;
  const load = timed(post(`${serving.url}/predict`, { instances: long })).finally(() => {
    loaded = false;
  });
  const health: number[] = [];
  const answers: number[] = [];
  while (loaded) {
    health.push((await timed(fetch(`${serving.url}/v2/health/live`))).ms);
    answers.push((await timed(short())).ms);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { ms, result } = await load;
  expect(result.status).toBe(200);
  const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
  expect(ms).toBeGreaterThan(500);
  expect(middle(health)).toBeLessThan(20);
  // A short text waits for one portion of the long request, not for the whole.
  expect(middle(answers)).toBeLessThan(ms / 4);
  expect(await lag('p90')).toBeLessThan(0.02);
}, 120_000);

test('a text that nobody waits for any more is not cut', async () => {
  const long = Array.from({ length: 60 }, () => 'where is it? '.repeat(5000));
  const response = await fetch(`${serving.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-timeout-ms': '200' },
    body: JSON.stringify({ instances: long }),
  });
  expect([response.status, await response.json()]).toEqual([504, expect.objectContaining({ code: 'TIMEOUT' })]);
}, 60_000);
