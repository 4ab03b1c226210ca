import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import type { RunMessage } from '../../runtime/inference/messages.ts';
import { createPool, type RunOutcome, type WorkerPool } from '../../runtime/inference/pool.ts';
import { HELD, holdRuns } from '../helpers/held-runs.ts';
import { until } from '../helpers/until.ts';

/** Real threads that answer each row with itself: 666 kills them, 667 fails, 700 takes 300 ms. */
const workerPath = fileURLToPath(new URL('../fixtures/double-worker.mjs', import.meta.url));

let pool: WorkerPool;
afterEach(() => pool.close());

async function start(workers: number): Promise<void> {
  pool = createPool({ workers, workerPath, modelPath: '', intraOpThreads: 1, inputs: [], outputs: [] });
  await pool.loaded;
}

const message = (value: number): RunMessage => ({
  kind: 'run',
  tensors: [{ dims: [1, 4], data: Float32Array.of(value, 0, 0, 0) }],
  fetch: [0],
});

/** What happens to runs, in turn. */
function setUp() {
  const seen: string[] = [];
  const run = async (name: string, value: number, followed = true): Promise<RunOutcome> => {
    const outcome = await pool.run(message(value), { onBegin: () => seen.push(`${name} begins`), followed });
    const answer = outcome.kind === 'done' ? (outcome.tensors[0]?.data[0] as number) * 1024 : outcome.kind;
    seen.push(`${name} ${answer}`);
    return outcome;
  };
  return { seen, run };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a busy worker takes one run ahead and begins it by itself; answers come in their order', async () => {
  await start(1);
  const { seen, run } = setUp();
  const held = holdRuns();
  const runs = [run('a', HELD)];
  expect([pool.idle(), pool.ahead()]).toEqual([0, 1]);
  runs.push(run('b', 2));
  expect([pool.idle(), pool.ahead()]).toEqual([0, 0]);
  expect(() => pool.run(message(3))).toThrow(RangeError);
  await held.begun();
  expect(seen).toEqual(['a begins']);
  held.close();
  await Promise.all(runs);
  expect(seen).toEqual(['a begins', 'b begins', `a ${HELD}`, 'b 2']);
  expect([pool.idle(), pool.ahead()]).toEqual([1, 0]);
});

test('an idle worker goes before a busy one, and of those the one that began first; nothing goes behind what is not to be followed', async () => {
  await start(3);
  const { seen, run } = setUp();
  const runs = [run('unfollowed', 700, false)];
  expect([pool.idle(), pool.ahead()]).toEqual([2, 0]);
  const held = holdRuns();
  runs.push(run('first', HELD));
  await held.begun(1);
  runs.push(run('second', HELD));
  await held.begun(2);
  expect([pool.idle(), pool.ahead()]).toEqual([0, 2]);
  runs.push(run('ahead', 1));
  expect(pool.ahead()).toBe(1);
  held.releaseFirst();
  await until(() => seen.includes('ahead 1'));
  held.close();
  await Promise.all(runs);
  const ends = seen.filter((what) => /^(first|ahead|second) \d/.test(what));
  expect(ends).toEqual([`first ${HELD}`, 'ahead 1', `second ${HELD}`]);
});

test('a worker that dies loses its run; the one behind it has not begun', async () => {
  await start(1);
  const { seen, run } = setUp();
  await Promise.all([run('a', 666), run('b', 1)]);
  expect(seen).toEqual(['a begins', 'a lost', 'b unstarted']);
  while (pool.idle() === 0) await pause(10);
  await run('c', 3);
  expect(seen.slice(3)).toEqual(['c begins', 'c 3']);
});

test('a run that fails, or cannot be sent, moves no other one’s answer', async () => {
  await start(1);
  const { seen, run } = setUp();
  const failing = [run('a', 667), run('b', 2)];
  await Promise.all(failing);
  const unsendable = { ...message(3), tensors: [{ dims: [1, 4], data: () => {} }] } as unknown as RunMessage;
  expect(() => pool.run(unsendable)).toThrow(/could not be cloned/);
  await run('c', 4);
  expect(seen).toEqual(['a begins', 'b begins', 'a failed', 'b 2', 'c begins', 'c 4']);
});

test('closing ends after what has been handed out, and takes no more', async () => {
  await start(1);
  const { seen, run } = setUp();
  const runs = [run('a', 700), run('b', 2)];
  const closed = pool.close();
  while (!seen.includes('a 700')) await pause(1);
  expect(pool.ahead()).toBe(0);
  await Promise.all([...runs, closed]);
  expect(seen.at(-1)).toBe('b 2');
});

test('workers that die one after the other are replaced ever later, until one has answered', async () => {
  await start(1);
  const timers = jest.spyOn(globalThis, 'setTimeout');
  const die = async () => {
    await pool.run(message(666));
    while (pool.idle() === 0) await nextTurn();
  };
  for (let i = 0; i < 3; i++) await die();
  await pool.run(message(1));
  await die();
  expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([0, 200, 400, 0]);
  timers.mockRestore();
});

test('a locale that is not here is named, with the way out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pool-'));
  const path = join(folder, 'worker.mjs');
  const words = 'Failed to construct locale with name:en_US.UTF-8:locale::facet::_S_create_c_locale name not valid';
  const message = JSON.stringify({ kind: 'refused', message: words });
  writeFileSync(path, `import { parentPort } from 'node:worker_threads';\nparentPort.postMessage(${message});\n`);
  pool = createPool({ workers: 1, workerPath: path, modelPath: '', intraOpThreads: 1, inputs: [], outputs: [] });
  await expect(pool.loaded).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringMatching(
      /name not valid \(its StringNormalizer wants the locale en_US\.UTF-8, which is not here/,
    ),
  });
  rmSync(folder, { recursive: true });
});
