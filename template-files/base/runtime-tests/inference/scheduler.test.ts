import type { Answer, Caller, Connection } from '../../runtime/inference/job.ts';
import type { RunMessage } from '../../runtime/inference/messages.ts';
import type { Handing, RunOutcome } from '../../runtime/inference/pool.ts';
import { createScheduler, type SchedulerOptions } from '../../runtime/inference/scheduler.ts';
import type { Block } from '../../runtime/inference/tensor.ts';

const later = () => performance.now() + 10_000;
/** Some turns of the loop. On a busy machine the timer may come before what was to run at once: that goes first. */
const turn = () => new Promise((resolve) => setTimeout(() => setImmediate(resolve), 5));

/** Rows of one number; the double of a worker answers each with itself. */
function rows(...values: number[]): Block {
  return { rows: values.length, key: '', tensors: [{ dims: [values.length, 1], data: Float32Array.from(values) }] };
}

const valuesOf = ({ outputs, firstRow, rows: count }: Answer) =>
  [...(outputs[0]?.data ?? [])].slice(firstRow, firstRow + count);

const nobody: Caller = { deadline: Number.POSITIVE_INFINITY, done: () => {}, failed: () => {} };

/** @param places runs that a worker takes: the one it is at, and one that waits for it */
function setUp(options: Partial<SchedulerOptions> = {}, workers = 1, places: 1 | 2 = 1) {
  const runs: { message: RunMessage; followed: boolean | undefined; end(outcome?: RunOutcome): void }[] = [];
  const batches: number[] = [];
  const queued: number[] = [];
  const ahead: (Handing | undefined)[] = [];
  let handedOut = 0;
  const pool = {
    idle: () => Math.max(0, workers - handedOut),
    ahead: () => Math.min(handedOut, places * workers - handedOut),
    run(message: RunMessage, handing?: Handing) {
      handedOut += 1;
      if (handedOut <= workers) handing?.onBegin();
      else ahead.push(handing);
      return new Promise<RunOutcome>((resolve) => {
        runs.push({
          message,
          followed: handing?.followed,
          end(outcome = { kind: 'done', tensors: message.tensors, ms: 1 }) {
            handedOut -= 1;
            resolve(outcome);
            ahead.shift()?.onBegin();
          },
        });
      });
    },
  };
  const scheduler = createScheduler(
    pool,
    {
      maxBatchSize: 4,
      maxDelayMs: 0,
      maxQueue: 8,
      maxQueueRows: 10_000,
      create: [(length) => new Float32Array(length)],
      findMisfit: () => undefined,
      ...options,
    },
    {
      onQueued: (ms) => queued.push(ms),
      onBatch: (size) => batches.push(size),
      onRun: () => {},
    },
  );
  const submit = (blocks: readonly Block[], deadline = later(), client?: Connection) => {
    let caller: Caller | undefined;
    const answers = new Promise<readonly Answer[]>((done, failed) => {
      caller = { deadline, done, failed, client };
    });
    scheduler.submit(blocks, [0], caller as unknown as Caller, performance.now());
    return answers;
  };
  const ask = (block: Block, deadline = later(), client?: Connection) => ({
    values: submit([block], deadline, client).then(([answer]) => valuesOf(answer as Answer)),
  });
  return { scheduler, runs, batches, queued, submit, ask };
}

test('what arrives in one turn shares a run, and everyone gets exactly his rows', async () => {
  const { ask, runs, batches } = setUp();
  const callers = [ask(rows(1)), ask(rows(2, 3)), ask(rows(4))];
  await turn();
  expect(batches).toEqual([4]);
  expect(runs[0]?.message.tensors[0]).toEqual({ dims: [4, 1], data: Float32Array.of(1, 2, 3, 4) });
  runs[0]?.end();
  expect(await Promise.all(callers.map(({ values }) => values))).toEqual([[1], [2, 3], [4]]);
});

test('a run never exceeds its size; what does not fit goes first in the next', async () => {
  const { ask, runs, batches } = setUp();
  const callers = [ask(rows(1, 2, 3)), ask(rows(4, 5)), ask(rows(6))];
  await turn();
  runs[0]?.end();
  await turn();
  runs[1]?.end();
  expect(batches).toEqual([4, 2]);
  expect(await Promise.all(callers.map(({ values }) => values))).toEqual([[1, 2, 3], [4, 5], [6]]);
});

test('what waits is shared out among the workers that are free, unless that is not worth a run of its own', async () => {
  const many = (count: number) => rows(...Array.from({ length: count }, (_, i) => i));
  for (const [waiting, workers, shared] of [
    [24, 2, [12, 12]],
    [60, 3, [20, 20, 20]],
    [200, 2, [32, 32]],
    [12, 4, [8, 4]],
    [6, 2, [6]],
    [24, 1, [24]],
  ] as const) {
    const { submit, runs, batches, scheduler } = setUp({ maxBatchSize: 32, maxQueue: 1000 }, workers);
    const answers = Array.from({ length: waiting }, () => submit([many(1)]));
    while (batches.length < shared.length) await turn();
    expect(batches).toEqual(shared);
    while (runs.length > 0) {
      for (const run of runs.splice(0)) run.end();
      await turn();
    }
    await Promise.all(answers);
    await scheduler.settled();
  }
});

test('where requests wait for a full run, it is full', async () => {
  const { submit, batches, runs } = setUp({ maxBatchSize: 32, maxDelayMs: 10_000, maxQueue: 100 }, 4);
  const answers = Array.from({ length: 32 }, () => submit([rows(1)]));
  while (batches.length === 0) await turn();
  expect(batches).toEqual([32]);
  runs[0]?.end();
  await Promise.all(answers);
});

test('only equal keys and equal outputs share a run', async () => {
  const { scheduler, runs } = setUp({}, 3);
  scheduler.submit([{ ...rows(1), key: '3' }], [0], nobody, performance.now());
  scheduler.submit([{ ...rows(2), key: '4' }], [0], nobody, performance.now());
  scheduler.submit([{ ...rows(3), key: '4' }], [1], nobody, performance.now());
  scheduler.submit([{ ...rows(4), key: '3' }], [0], nobody, performance.now());
  await turn();
  expect(runs.map(({ message }) => [...(message.tensors[0]?.data ?? [])])).toEqual([[1, 4], [2], [3]]);
  for (const run of runs) run.end();
  await scheduler.settled();
});

test('a full queue refuses at once', async () => {
  const { ask, scheduler, runs } = setUp({ maxQueue: 2, maxBatchSize: 1 });
  const running = ask(rows(0));
  await turn();
  const waiting = [ask(rows(1)), ask(rows(2))];
  expect(() => ask(rows(3))).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
  expect(scheduler.depth()).toBe(2);
  for (let i = 0; i < 3; i++) {
    runs[i]?.end();
    await turn();
  }
  expect(await Promise.all([running, ...waiting].map(({ values }) => values))).toEqual([[0], [1], [2]]);
});

test('a request takes one place in the queue, in however many parts it is run', async () => {
  const { ask, submit, scheduler, runs } = setUp({ maxQueue: 2, maxBatchSize: 1 });
  const running = ask(rows(0));
  await turn();
  const parts = submit([rows(1), rows(2), rows(3)]);
  expect(scheduler.depth()).toBe(1);
  const other = ask(rows(4));
  expect(scheduler.depth()).toBe(2);
  expect(() => ask(rows(5))).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
  const depths: number[] = [];
  for (let i = 0; i < 5; i++) {
    runs[i]?.end();
    await turn();
    depths.push(scheduler.depth());
  }
  // As long as its last part waits, the request does.
  expect(depths).toEqual([2, 2, 1, 0, 0]);
  await Promise.all([running.values, other.values]);
  expect((await parts).map(valuesOf)).toEqual([[1], [2], [3]]);
});

test('what was answered together is waited for: clients do not fall into halves that wait for each other', async () => {
  const { ask, runs, batches } = setUp({ maxBatchSize: 4 });
  const loop = async (value: number, times: number) => {
    for (let i = 0; i < times; i++) {
      await ask(rows(value)).values;
      // The way to the client and back.
      await new Promise(setImmediate);
    }
  };
  const early = [loop(1, 3), loop(2, 3)];
  await turn();
  // These come while the first two run.
  const late = [loop(3, 2), loop(4, 2)];
  for (let i = 0; i < 3; i++) {
    runs[i]?.end();
    await turn();
  }
  await Promise.all([...early, ...late]);
  expect(batches).toEqual([2, 4, 4]);
});

test('an answer of a wrong shape is a failure of the model: nobody gets rows of another', async () => {
  const findMisfit: SchedulerOptions['findMisfit'] = (_fetch, [tensor], count) =>
    tensor?.dims[0] === count ? undefined : { output: 0, expected: [count], found: tensor?.dims ?? [] };
  const { runs, submit } = setUp({ findMisfit });
  const first = submit([rows(1)]);
  const second = submit([rows(2)]);
  // When a run begins is the scheduler's: it repeats rows one by one.
  const begun = async (place: number) => {
    while (!runs[place]) await turn();
    return runs[place];
  };
  (await begun(0))?.end({ kind: 'done', tensors: [{ dims: [1], data: Float32Array.of(7) }], ms: 1 });
  (await begun(1))?.end();
  (await begun(2))?.end({ kind: 'done', tensors: [{ dims: [3], data: Float32Array.of(7, 7, 7) }], ms: 1 });
  expect((await first).map(valuesOf)).toEqual([[1]]);
  await expect(second).rejects.toMatchObject({
    code: 'INFERENCE_FAILED',
    cause: 'outputs[0] of serving.yaml: expected [1], the model answered [3]',
  });
});

test('a failed run is repeated row by row: only who is to blame gets the error', async () => {
  const { ask, runs } = setUp();
  const callers = [ask(rows(1)), ask(rows(666)), ask(rows(3))];
  const blamed = expect(callers[1]?.values).rejects.toMatchObject({ code: 'INFERENCE_FAILED', cause: 'bad row' });
  await turn();
  runs[0]?.end({ kind: 'failed', message: 'bad row' });
  for (let i = 1; i <= 3; i++) {
    await turn();
    const data = runs[i]?.message.tensors[0]?.data;
    runs[i]?.end(data?.[0] === 666 ? { kind: 'failed', message: 'bad row' } : undefined);
  }
  expect(await callers[0]?.values).toEqual([1]);
  await blamed;
  expect(await callers[2]?.values).toEqual([3]);
});

test('of a request of several parts one failure ends all of it, and what waited of it gives its place back', async () => {
  const { ask, submit, scheduler, runs } = setUp({ maxBatchSize: 1 });
  const parts = submit([rows(666), rows(1), rows(2)]);
  const refused = expect(parts).rejects.toMatchObject({ code: 'INFERENCE_FAILED' });
  const other = ask(rows(3));
  await turn();
  runs[0]?.end({ kind: 'failed', message: 'bad row' });
  await refused;
  expect(scheduler.depth()).toBe(1);
  await turn();
  expect(runs[1]?.message.tensors[0]?.data).toEqual(Float32Array.of(3));
  runs[1]?.end();
  expect(await other.values).toEqual([3]);
  await scheduler.settled();
  expect(runs).toHaveLength(2);
});

test('a caller that fails over its answers hurts itself alone', async () => {
  const { ask, scheduler, runs } = setUp();
  const failure = new Error('of the caller');
  const told: unknown[] = [];
  const done = () => {
    throw failure;
  };
  scheduler.submit([rows(1)], [0], { ...nobody, done, failed: (error) => told.push(error) }, performance.now());
  const neighbour = ask(rows(2));
  await turn();
  runs[0]?.end();
  expect(await neighbour.values).toEqual([2]);
  expect(told).toEqual([failure]);
});

test('the death of a worker costs nobody his answer; a request that kills two is given up', async () => {
  const { ask, runs } = setUp();
  const caller = ask(rows(1));
  await turn();
  runs[0]?.end({ kind: 'lost' });
  await turn();
  runs[1]?.end();
  expect(await caller.values).toEqual([1]);

  const poison = ask(rows(2));
  await turn();
  runs[2]?.end({ kind: 'lost' });
  await turn();
  runs[3]?.end({ kind: 'lost' });
  await expect(poison.values).rejects.toMatchObject({ code: 'INFERENCE_FAILED' });
});

test('a busy worker is handed its next run ahead, one and only a full one', async () => {
  const { ask, runs, batches, scheduler } = setUp({}, 1, 2);
  const callers = [ask(rows(1)), ask(rows(2, 3, 4))];
  await turn();
  callers.push(ask(rows(5, 6, 7)));
  await turn();
  expect(runs).toHaveLength(1);
  callers.push(ask(rows(8)), ask(rows(9, 10, 11, 12)));
  await turn();
  expect(runs).toHaveLength(2);
  // What has been handed to a worker that is at another run waits as well, and has not been a run yet.
  expect([batches, scheduler.depth()]).toEqual([[4], 3]);
  for (const at of [0, 1, 2]) {
    runs[at]?.end();
    await turn();
  }
  expect(batches).toEqual([4, 4, 4]);
  const values = await Promise.all(callers.map((caller) => caller.values));
  expect(values).toEqual([[1], [2, 3, 4], [5, 6, 7], [8], [9, 10, 11, 12]]);
});

test('what waits ahead counts for the bound of the queue, until its client goes', async () => {
  const { ask, scheduler, runs } = setUp({ maxQueue: 2 }, 1, 2);
  const client = { destroyed: false };
  const callers = [ask(rows(1, 2, 3, 4))];
  await turn();
  callers.push(ask(rows(5, 6), later(), client), ask(rows(7, 8)));
  await turn();
  expect([runs.length, scheduler.depth()]).toEqual([2, 2]);
  expect(() => ask(rows(9))).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
  client.destroyed = true;
  await expect(callers[1]?.values).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  const last = ask(rows(9));
  for (const at of [0, 1, 2]) {
    runs[at]?.end();
    await turn();
  }
  expect(await Promise.all([callers[0], callers[2], last].map((caller) => caller?.values))).toEqual([
    [1, 2, 3, 4],
    [7, 8],
    [9],
  ]);
});

test('the wait for a worker is the wait of the run, not the time behind it', async () => {
  const { ask, runs, queued } = setUp({}, 1, 2);
  const callers = [ask(rows(1, 2, 3, 4)), ask(rows(5, 6, 7, 8))];
  await turn();
  expect(queued).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  runs[0]?.end();
  // Told when it begins, so that nothing behind it counts.
  expect(queued).toHaveLength(2);
  expect(queued[1]).toBeGreaterThanOrEqual(49);
  runs[1]?.end();
  await Promise.all(callers.map(({ values }) => values));
});

test('nothing may follow a run that is shared out, or of those who run alone', async () => {
  const { ask, runs } = setUp({ maxBatchSize: 32, maxQueue: 100 }, 2, 2);
  const callers = Array.from({ length: 24 }, (_, i) => ask(rows(i)));
  await turn();
  const shapes = () => runs.map(({ message, followed }) => [message.tensors[0]?.dims[0], followed]);
  expect(shapes()).toEqual([
    [12, false],
    [12, false],
  ]);
  for (const run of runs.splice(0)) run.end({ kind: 'failed', message: 'to be run alone' });
  await turn();
  expect(shapes()).toEqual([
    [1, false],
    [1, false],
  ]);
  while (runs.length > 0) {
    for (const run of runs.splice(0)) run.end();
    await turn();
  }
  await Promise.all(callers.map(({ values }) => values));
});

test('a short run is not full because a long one did not fit into it', async () => {
  const { ask, runs } = setUp({ maxBatchSize: 4 }, 1, 2);
  const callers = [ask(rows(1, 2, 3, 4))];
  await turn();
  callers.push(ask(rows(5)), ask(rows(6, 7, 8, 9)));
  await turn();
  expect(runs).toHaveLength(1);
  callers.push(ask(rows(10, 11, 12)));
  await turn();
  expect(runs.map(({ message }) => [...(message.tensors[0]?.data ?? [])])).toEqual([
    [1, 2, 3, 4],
    [5, 10, 11, 12],
  ]);
  for (const at of [0, 1, 2]) {
    runs[at]?.end();
    await turn();
  }
  await Promise.all(callers.map(({ values }) => values));
});

test('a run that none of those who wait fits into is full', async () => {
  const { ask, runs } = setUp({ maxBatchSize: 8 }, 1, 2);
  const callers = [rows(1, 2, 3), rows(4, 5, 6), rows(7, 8, 9), rows(10, 11, 12), rows(13)].map((block) => ask(block));
  await turn();
  const shapes = () => runs.map(({ message, followed }) => [message.tensors[0]?.dims[0], followed]);
  expect(shapes()).toEqual([[7, true]]);
  callers.push(ask(rows(14, 15, 16)));
  await turn();
  expect(shapes()).toEqual([
    [7, true],
    [6, true],
  ]);
  for (const at of [0, 1, 2]) {
    runs[at]?.end();
    await turn();
  }
  await Promise.all(callers.map(({ values }) => values));
});

test('what waited for a worker that died goes to the next one, together, and that is not held against it', async () => {
  const { ask, runs, batches } = setUp();
  const callers = [ask(rows(1, 2)), ask(rows(3, 4))];
  for (let deaths = 0; deaths < 3; deaths++) {
    await turn();
    runs[deaths]?.end({ kind: 'unstarted' });
  }
  await turn();
  runs[3]?.end();
  expect(await Promise.all(callers.map(({ values }) => values))).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(batches).toEqual([4, 4, 4, 4]);
});

test('a deadline answers TIMEOUT, in the queue and in a run, and frees the place', async () => {
  const { ask, scheduler, runs } = setUp({ maxBatchSize: 1 });
  const running = ask(rows(1), performance.now() + 20);
  await turn();
  const waiting = ask(rows(2), performance.now() + 20);
  await expect(running.values).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(waiting.values).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(scheduler.depth()).toBe(0);
  runs[0]?.end();
  await scheduler.settled();
  expect(runs).toHaveLength(1);
});

test('a client that goes away frees its place', async () => {
  const { ask, scheduler, runs } = setUp({ maxBatchSize: 1 });
  const running = ask(rows(1));
  await turn();
  const client = { destroyed: false };
  const left = ask(rows(2), later(), client);
  await turn();
  expect(scheduler.depth()).toBe(1);
  client.destroyed = true;
  await expect(left.values).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  expect(scheduler.depth()).toBe(0);
  runs[0]?.end();
  expect(await running.values).toEqual([1]);
  expect(runs).toHaveLength(1);
});

test('with a delay a run waits for more rows, but not longer, and not when it is full', async () => {
  const { ask, runs, batches } = setUp({ maxDelayMs: 40 }, 2);
  const first = performance.now();
  const callers = [ask(rows(1))];
  await turn();
  callers.push(ask(rows(2)));
  expect(runs).toHaveLength(0);
  while (runs.length === 0) await turn();
  expect(performance.now() - first).toBeGreaterThanOrEqual(39);
  expect(batches).toEqual([2]);
  runs[0]?.end();
  callers.push(ask(rows(1, 2, 3, 4)));
  await turn();
  expect(batches).toEqual([2, 4]);
  runs[1]?.end();
  await Promise.all(callers.map(({ values }) => values));
});

test('half a run is not full, though nothing that waits fits into it', async () => {
  const { ask, runs } = setUp({ maxBatchSize: 8 }, 1, 2);
  const callers = [ask(rows(0, 1, 2, 3, 4, 5, 6, 7))];
  await turn();
  callers.push(ask(rows(1, 2, 3, 4)), ask(rows(5, 6, 7, 8, 9)));
  await turn();
  expect(runs).toHaveLength(1);
  for (const at of [0, 1, 2]) {
    runs[at]?.end();
    await turn();
  }
  await Promise.all(callers.map(({ values }) => values));
});

/** First values of the runs, in their order; each ends as it is told. */
async function orderOf(runs: ReturnType<typeof setUp>['runs'], first: RunOutcome, count: number) {
  runs[0]?.end(first);
  for (let at = 1; at < count; at++) {
    await turn();
    runs[at]?.end();
  }
  await turn();
  return runs.map(({ message }) => message.tensors[0]?.data[0]);
}

test('what waited for a worker that died keeps its place before those who came later', async () => {
  const { ask, runs } = setUp({ maxBatchSize: 1 });
  const callers = [ask(rows(1))];
  await turn();
  callers.push(ask(rows(2)));
  expect(await orderOf(runs, { kind: 'unstarted' }, 3)).toEqual([1, 1, 2]);
  await Promise.all(callers.map(({ values }) => values));
});

test('what is run again after a failure goes before those who came later', async () => {
  const { ask, runs } = setUp({ maxBatchSize: 2 });
  const callers = [ask(rows(1)), ask(rows(2))];
  await turn();
  callers.push(ask(rows(3, 4)));
  expect(await orderOf(runs, { kind: 'failed', message: 'bad row' }, 4)).toEqual([1, 1, 2, 3]);
  await Promise.all(callers.map(({ values }) => values));
});

test('a caller is told once, however much goes wrong', async () => {
  const { scheduler, runs } = setUp({ maxBatchSize: 1 }, 3);
  const client = { destroyed: false };
  const told: unknown[] = [];
  const tell = (what: unknown) => told.push(what);
  scheduler.submit(
    [rows(1), rows(2), rows(3)],
    [0],
    { ...nobody, client, done: tell, failed: tell },
    performance.now(),
  );
  await turn();
  runs[0]?.end({ kind: 'failed', message: 'first' });
  await turn();
  runs[1]?.end({ kind: 'failed', message: 'second' });
  client.destroyed = true;
  await new Promise((resolve) => setTimeout(resolve, 30));
  runs[2]?.end();
  await scheduler.settled();
  expect(told).toEqual([expect.objectContaining({ code: 'INFERENCE_FAILED', cause: 'first' })]);
});

test('rows that wait are bounded as well; where none waits, a request of any size is taken', async () => {
  const { submit, ask, scheduler, runs } = setUp({ maxBatchSize: 1, maxQueueRows: 5 });
  const large = submit(Array.from({ length: 9 }, (_, i) => rows(i)));
  expect(() => ask(rows(99))).toThrow(
    expect.objectContaining({ code: 'QUEUE_FULL', message: '9 rows are waiting already; try again later' }),
  );
  for (let i = 0; i < 5; i++) {
    await turn();
    runs[i]?.end();
  }
  await turn();
  // One runs, three wait.
  const fits = submit([rows(10), rows(11)]);
  expect(() => ask(rows(12))).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
  for (let i = 5; i < 11; i++) {
    runs[i]?.end();
    await turn();
  }
  expect([(await large).length, (await fits).length, scheduler.depth()]).toEqual([9, 2, 0]);
});

test('a request of many parts is one call: no part is lost, and no stack is filled with them', async () => {
  const { scheduler, submit, runs } = setUp({ maxBatchSize: 1 });
  const client = { destroyed: false };
  const parts = submit(
    Array.from({ length: 200_000 }, () => rows(1)),
    later(),
    client,
  );
  expect(scheduler.depth()).toBe(1);
  client.destroyed = true;
  await expect(parts).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  expect(scheduler.depth()).toBe(0);
  runs[0]?.end();
  await scheduler.settled();
});
