import { readTrainingRows } from '../../src/cli/training-rows.ts';
import { serving } from '../helpers/serving.ts';

async function read(name: string, text: string) {
  async function* chunks() {
    for (let at = 0; at < text.length; at += 5) yield Buffer.from(text.slice(at, at + 5), 'utf8');
  }
  const found: unknown[] = [];
  for await (const batch of readTrainingRows(name, chunks(), serving())) found.push(...batch);
  return found;
}

test('columns are found by name, in any order and among others', async () => {
  expect(await read('t.csv', 'id,b,target,a\n7,0.5,yes,1e2\n8, NaN ,no,-3\n')).toEqual([
    [100, 0.5],
    [-3, null],
  ]);
  expect(await read('t.jsonl', '{"a":1,"b":2}\n\n[3,4]')).toEqual([{ a: 1, b: 2 }, [3, 4]]);
});

test.each([
  ['t.csv', 'a,c\n1,2\n', 'line 1: expected the columns of serving.yaml, found no b among a, c'],
  ['t.csv', 'a,b,a\n1,2,3\n', 'line 1: expected each column once, found "a" twice'],
  ['t.csv', 'a,b\n1,2\n3\n', 'line 3: expected 2 fields, found 1'],
  ['t.csv', 'a,b\n1,"2\n', 'line 2: a quote is not closed'],
  ['t.jsonl', '{"a":1}\n{"a":', 'line 2: expected JSON'],
  ['t.xlsx', 'PK', 'expected a file that ends in .csv or .jsonl'],
])('%s with %j is refused', async (name, text, message) => {
  await expect(read(name, text)).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringContaining(message),
  });
});
