import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ServiceError } from '../../runtime/errors.ts';
import { createByteBudget } from '../../runtime/http/byte-budget.ts';
import { type Encoding, type Refusal, unpack } from '../../runtime/http/unpack.ts';

/* Bodies of a few KB that become megabytes must not add up to more memory than bodies may take. */

const MIB = 1024 * 1024;
const here = { destroyed: false };

/** A budget that keeps the most that it has held. */
function setUp(bytes: number) {
  const inner = createByteBudget(bytes);
  const seen = { held: 0, most: 0 };
  const budget = {
    ...inner,
    take(size: number) {
      const taken = inner.take(size);
      if (taken) seen.held += size;
      seen.most = Math.max(seen.most, seen.held);
      return taken;
    },
    give(size: number) {
      seen.held -= size;
      inner.give(size);
    },
  };
  const refuse = (reason: Refusal): ServiceError => new ServiceError('PAYLOAD_TOO_LARGE', reason);
  const read = (packed: Buffer, encoding: Encoding = 'gzip', limit = MIB, client = here) =>
    unpack(packed, { encoding, limit, budget, client }, refuse);
  return { read, seen };
}

test.each<[Encoding, (body: Buffer) => Buffer]>([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('%s is unpacked, up to the last byte that is allowed', async (encoding, pack) => {
  const { read, seen } = setUp(10 * MIB);
  const body = Buffer.alloc(MIB, 'a b');
  expect((await read(pack(body), encoding)).equals(body)).toBe(true);
  await expect(read(pack(body), encoding, MIB - 1)).rejects.toThrow('too_large');
  await expect(read(pack(body).subarray(0, pack(body).length / 2), encoding)).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  });
  await expect(read(Buffer.from('plain'), encoding)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  expect(seen.held).toBe(0);
});

test('many at the same time take no more than there is for them, and give it all back', async () => {
  const { read, seen } = setUp(4 * MIB);
  const bomb = gzipSync(Buffer.alloc(MIB));
  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => read(bomb)));
  const good = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect([good > 0, good < 200]).toEqual([true, true]);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason.message).toBe('budget_full');
  }
  expect(seen.most).toBeLessThanOrEqual(4 * MIB);
  expect(seen.held).toBe(0);
  expect(await read(bomb)).toHaveLength(MIB);
});

test('for a client that has left nothing more is unpacked', async () => {
  const { read, seen } = setUp(4 * MIB);
  await expect(read(gzipSync(Buffer.alloc(MIB)), 'gzip', MIB, { destroyed: true })).rejects.toThrow('client_gone');
  // One piece of the result, which is not kept.
  expect(seen.most).toBeLessThan(MIB / 2);
  expect(seen.held).toBe(0);
});
