import { countSteps } from '../helpers/steps.ts';

/* A file for `npm run batch` is read in work that grows as its bytes do, whatever is in it and however it comes. */

const steps = countSteps();
const { readCsv } = await import('../../runtime/tables/csv.ts');
const { readLines } = await import('../../runtime/tables/lines.ts');
const { createToInstance } = await import('../../runtime/tables/cells.ts');
const { serving } = await import('../helpers/serving.ts');
afterAll(() => steps.stop());

const MAX_BYTES = 1_000_000;

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
}

const READERS = {
  csv: (chunks: AsyncIterable<Buffer>) => readCsv(chunks, MAX_BYTES),
  lines: (chunks: AsyncIterable<Buffer>) => readLines(chunks, MAX_BYTES),
};
const PIECES = ['a', '"', '""', '","', ',', '\n', '\r\n', '"a\n', 'a"', '\ufeff', '1,2\n'];

async function workOf(read: (chunks: AsyncIterable<Buffer>) => AsyncIterable<unknown>, text: string, size: number) {
  steps.during(() => {});
  for await (const _ of read(inPieces(text, size)));
  return steps.sinceLast();
}

describe.each(Object.entries(READERS))('%s', (_, read) => {
  test.each([7, 100_000])('in pieces of %i bytes', async (size) => {
    for (const piece of PIECES) {
      const [few, many] = [await workOf(read, piece.repeat(500), size), await workOf(read, piece.repeat(2000), size)];
      expect([piece, many < 5 * few + 1000 ? 'linear' : many / few]).toEqual([piece, 'linear']);
    }
  });
});

test('a header of many names', () => {
  const work = (names: number) => {
    const header = Array.from({ length: names }, (_, i) => `n${i}`);
    return steps.during(() => createToInstance(serving(), header, undefined, false));
  };
  const [few, many] = [work(1000), work(4000)];
  expect(few).toBeGreaterThan(1000);
  expect(many).toBeLessThan(5 * few);
});
