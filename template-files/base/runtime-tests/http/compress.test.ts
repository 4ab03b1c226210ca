import { compressionFor } from '../../runtime/http/compress.ts';
import type { Incoming } from '../../runtime/http/exchange.ts';
import type { Reply } from '../../runtime/http/reply.ts';

const reply = (bytes: number, compressible = true) => ({ body: Buffer.alloc(bytes), compressible }) as unknown as Reply;
const compression = (accepted: string | undefined, answer = reply(5000)) =>
  compressionFor({ headers: { 'accept-encoding': accepted } } as unknown as Incoming, answer);

test.each([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br', 'gzip'],
  ['br', undefined],
  ['deflate', 'deflate'],
  ['*', 'gzip'],
  // What the client prefers, by its weights.
  ['deflate;q=0.9, gzip;q=0.2', 'deflate'],
  ['identity, gzip;q=0.5', undefined],
  ['gzip;q=0', undefined],
  ['gzip;q=0.000, deflate', 'deflate'],
  ['gzip;q=0, *', 'deflate'],
  ['*;q=0', undefined],
  ['x-gzipped', undefined],
])('Accept-Encoding: %s gets %s', (accepted, encoding) => {
  expect(compression(accepted)).toBe(encoding);
});

test('what is small or is no text stays as it is', () => {
  expect(compression('gzip', reply(100))).toBeUndefined();
  expect(compression('gzip', reply(5000, false))).toBeUndefined();
});
