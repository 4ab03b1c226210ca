import { readCsv } from '../../src/data/csv.ts';
import { readInstances } from '../../src/data/instances.ts';
import { serving } from '../helpers/serving.ts';

/** The same text in pieces of every size: a state that is lost between two would show. */
async function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function all<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

const CSV = '\uFEFFa,b\r\n1,"x ""y"", z"\r\n\r\n"2\n3",\n,"end"';

test.each([1, 2, 3, 7, 1000])('fields, quotes and ends of line, read in pieces of %i', async (size) => {
  expect(await all(readCsv(pieces(CSV, size)))).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 2, fields: ['1', 'x "y", z'] },
    { line: 4, fields: ['2\n3', ''] },
    { line: 6, fields: ['', 'end'] },
  ]);
});

test.each([
  ['a\n"b', /line 2: expected the quotes to be closed/],
  ['a\nb"c"', /line 2: expected quotes around a whole field/],
  ['a\n"b"c', /line 2: expected a separator behind the quotes/],
  [`a\n"${'x'.repeat(2_000_000)}`, /line 2: expected fields of at most/],
])('%.12j is refused', async (text, message) => {
  await expect(all(readCsv(pieces(text, 100_000)))).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringMatching(message),
  });
});

const read = (name: string, text: string) => all(readInstances(name, pieces(text, 5), serving()));

test('columns are found by name, in any order and among others', async () => {
  expect(await read('t.csv', 'id,b,target,a\n7,0.5,yes,1e2\n8, NaN ,no,-3\n')).toEqual([
    [100, 0.5],
    [-3, null],
  ]);
  expect(await read('t.tsv', 'a\tb\n1\t2\n')).toEqual([[1, 2]]);
  expect(await read('t.jsonl', '{"a":1,"b":2}\n\n[3,4]')).toEqual([{ a: 1, b: 2 }, [3, 4]]);
});

test.each([
  ['t.csv', 'a,c\n1,2\n', 'line 1: expected the columns of serving.yaml, found no b among a, c'],
  ['t.csv', 'a,b,a\n1,2,3\n', 'line 1: expected each column once, found "a" twice'],
  ['t.csv', 'a,b\n1,2\n3\n', 'line 3: expected 2 fields, found 1'],
  ['t.jsonl', '{"a":1}\n{"a":', 'line 2: expected JSON'],
  ['t.xlsx', 'PK', 'expected a file that ends in .csv, .tsv or .jsonl, found t.xlsx'],
])('%s with %j is refused', async (name, text, message) => {
  await expect(async () => read(name, text)).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringContaining(message),
  });
});
