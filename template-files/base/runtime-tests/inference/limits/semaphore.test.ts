import { createSemaphore, type Waiter } from '../../../runtime/inference/limits/capacity.ts';

const patient: Waiter = { deadline: Number.POSITIVE_INFINITY };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('who came first is served first, also where a later one would fit already', async () => {
  const semaphore = createSemaphore(10);
  const served: string[] = [];
  const first = await semaphore.acquire(6, patient);
  const large = semaphore.acquire(10, patient).then((hold) => {
    served.push('large');
    return hold;
  });
  const small = semaphore.acquire(1, patient).then((hold) => {
    served.push('small');
    return hold;
  });
  await turn();
  expect([served, semaphore.used()]).toEqual([[], 6]);
  first.release();
  first.release();
  (await large).reduce(9);
  (await small).release();
  expect([served, semaphore.used()]).toEqual([['large', 'small'], 9]);
});

test('what is given back in part can be taken again, and never more than there is', async () => {
  const semaphore = createSemaphore(10);
  const hold = await semaphore.acquire(10, patient);
  hold.reduce(4);
  hold.reduce(8);
  expect(semaphore.used()).toBe(4);
  await expect(semaphore.acquire(11, patient)).rejects.toThrow(RangeError);
  await semaphore.acquire(6, patient);
  expect(semaphore.used()).toBe(10);
});

test('one whose deadline passes, or whose client leaves, takes nothing and holds up nobody', async () => {
  const semaphore = createSemaphore(10);
  const hold = await semaphore.acquire(6, patient);
  const client = { destroyed: false };
  const late = semaphore.acquire(10, { deadline: performance.now() + 5 });
  const gone = semaphore.acquire(10, { ...patient, client });
  const last = semaphore.acquire(4, patient);
  const refused = expect(gone).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
  client.destroyed = true;
  hold.reduce(5);
  await refused;
  await last;
  expect(semaphore.used()).toBe(9);
  await expect(semaphore.acquire(1, { deadline: performance.now() - 1 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(semaphore.acquire(1, { ...patient, client })).rejects.toMatchObject({ code: 'CLIENT_GONE' });
});
