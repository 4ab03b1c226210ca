import { type Caller, createJobs, type Job } from '../../runtime/inference/job.ts';
import { createJobQueue, isFull } from '../../runtime/inference/queue.ts';
import type { Block } from '../../runtime/inference/tensor.ts';

const caller: Caller = { deadline: Number.POSITIVE_INFINITY, done: () => {}, failed: () => {} };
const block = (rows: number, key = ''): Block => ({ rows, key, tensors: [] });
const jobsOf = (...blocks: Block[]): readonly Job[] => createJobs(blocks, [0], caller, 0);

test('the oldest job is taken with those that fit; what does not fit keeps its place', () => {
  const queue = createJobQueue();
  const [a, b, c, d] = [block(1), block(3), block(2), block(1)].map((one) => jobsOf(one)[0] as Job);
  for (const job of [a, b, c, d]) queue.add([job as Job]);
  const first = queue.select(3);
  expect(first).toMatchObject({ batch: [a, c], rows: 3, skipped: [b], passedOver: true });
  expect(isFull(first, 3)).toBe(true);
  queue.remove(first);
  expect([queue.rows(), queue.requests(), queue.oldest()]).toEqual([4, 2, b]);
  const second = queue.select(8);
  expect(second.batch).toEqual([b, d]);
  expect(isFull(second, 8)).toBe(false);
  queue.remove(second);
  expect([queue.rows(), queue.requests(), queue.isEmpty(), queue.oldest()]).toEqual([0, 0, true, undefined]);
});

test('jobs of other kinds share no run and are not counted as passed over', () => {
  const queue = createJobQueue();
  const [wide, narrow] = [jobsOf(block(1, '5')), jobsOf(block(1, '7'))];
  queue.add([...wide, ...narrow]);
  expect(queue.select(4)).toMatchObject({ batch: wide, skipped: narrow, passedOver: false });
});

test('what is put back goes first, in its order', () => {
  const queue = createJobQueue();
  queue.add(jobsOf(block(1), block(1), block(1)));
  const selection = queue.select(2);
  queue.remove(selection);
  const others = jobsOf(block(1));
  queue.add(others);
  queue.putBack(selection.batch);
  expect(queue.select(9).batch.slice(0, 2)).toEqual(selection.batch);
  expect([queue.rows(), queue.requests()]).toEqual([4, 2]);
});

test('a request that has ended neither counts nor runs', () => {
  const queue = createJobQueue();
  const [ended, other] = [jobsOf(block(5), block(5)), jobsOf(block(1))];
  queue.add([...ended, ...other]);
  const request = (ended[0] as Job).request;
  request.settled = true;
  queue.drop(request);
  queue.drop(request);
  expect([queue.rows(), queue.requests(), queue.pending()]).toEqual([1, 1, [other[0]?.request]]);
  const selection = queue.select(10);
  expect(selection.batch).toEqual(other);
  queue.remove(selection);
  queue.putBack(ended);
  expect(queue.isEmpty()).toBe(true);
});

/** A job whose kind is looked at by `look`. */
function watched(job: Job, look: () => void): Job {
  const { key } = job;
  return Object.defineProperty({ ...job }, 'key', {
    get: () => {
      look();
      return key;
    },
  });
}

const COUNT = 2_000;

test.each([
  ['of one row, one by one', 1, () => block(1)],
  ['of one kind, in full runs', 32, () => block(1)],
  ['that do not fit beside each other', 32, () => block(17)],
  ['of two kinds that alternate', 32, (i: number) => block(1, String(i % 2))],
  ['of kinds that are all different', 32, (i: number) => block(1, String(i))],
] as const)('%s: each job is looked at a bounded number of times', (_, maxRows, at) => {
  let looks = 0;
  const queue = createJobQueue();
  const jobs = createJobs(
    Array.from({ length: COUNT }, (__, i) => at(i)),
    [0],
    caller,
    0,
  );
  queue.add(jobs.map((job) => watched(job, () => looks++)));
  let taken = 0;
  while (!queue.isEmpty()) {
    const selection = queue.select(maxRows);
    taken += selection.batch.length;
    queue.remove(selection);
  }
  expect([taken, queue.rows(), queue.requests()]).toEqual([COUNT, 0, 0]);
  // Two comparisons for each of the 256 jobs that a run may be searched over.
  expect(looks).toBeLessThanOrEqual(2 * 257 * COUNT);
});

test('any order of calls keeps the counts, the order and every job', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 40; round++) {
    const queue = createJobQueue();
    let model: Job[] = [];
    let out: readonly Job[] = [];
    for (let step = 0; step < 60; step++) {
      const action = random(5);
      if (action < 2) {
        const jobs = jobsOf(...Array.from({ length: 1 + random(4) }, () => block(1 + random(3), String(random(3)))));
        queue.add(jobs);
        model.push(...jobs);
      } else if (action === 2) {
        const selection = queue.select(1 + random(6));
        expect(selection.batch[0]).toBe(model[0]);
        queue.remove(selection);
        model = model.filter((job) => !selection.batch.includes(job));
        out = selection.batch;
      } else if (action === 3) {
        queue.putBack(out);
        model = [...out.filter(({ request }) => !request.settled), ...model];
        out = [];
      } else if (model.length > 0) {
        const request = (model[random(model.length)] as Job).request;
        request.settled = true;
        queue.drop(request);
        model = model.filter((job) => job.request !== request);
      }
      const requests = new Set(model.map(({ request }) => request));
      expect(queue.rows()).toBe(model.reduce((sum, job) => sum + job.block.rows, 0));
      expect(queue.requests()).toBe(requests.size);
      expect(new Set(queue.pending())).toEqual(requests);
      expect(queue.oldest()).toBe(model[0]);
    }
  }
});
