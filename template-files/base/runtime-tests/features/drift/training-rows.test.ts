import type { InputSpec, Serving } from '../../../runtime/contract/serving.ts';
import { readTrainingRows } from '../../../runtime/features/drift/training-rows.ts';
import { serving } from '../../helpers/serving.ts';

async function read(name: string, text: string, contract: Serving = serving()) {
  async function* chunks() {
    for (let at = 0; at < text.length; at += 5) yield Buffer.from(text.slice(at, at + 5), 'utf8');
  }
  const found: unknown[] = [];
  for await (const batch of readTrainingRows(name, chunks(), contract)) found.push(...batch);
  return found;
}

test('columns are found by name, in any order and among others', async () => {
  expect(await read('t.csv', 'id,b,target,a\n7,0.5,yes,1e2\n8, NaN ,no,-3\n')).toEqual([
    [100, 0.5],
    [-3, 'NaN'],
  ]);
  expect(await read('t.jsonl', '\ufeff{"a":1,"target":"x","b":2}\n \t\r\n[3,4]')).toEqual([{ a: 1, b: 2 }, [3, 4]]);
});

const input = (changes: Partial<InputSpec>): InputSpec => ({ name: 'x', datatype: 'FP32', shape: [-1, 1], ...changes });

test('what may be missing is, as a batch has it', async () => {
  const features = [
    { name: 'a', nullable: true },
    { name: 'b', nullable: true },
  ];
  const inputs = [
    input({ shape: [-1, 2], features }),
    input({ name: 'city', datatype: 'BYTES' }),
    input({ name: 'plan', datatype: 'BYTES', features: [{ name: 'plan', nullable: true }] }),
  ];
  expect(await read('t.csv', 'plan,city,a\n,,NA\nx,NA,1\n', serving({ inputs }))).toEqual([
    [null, null, '', null],
    [1, null, 'NA', 'x'],
  ]);
});

test('an empty text is a text', async () => {
  const model = { ...serving().model, type: 'text-classification' as const };
  const inputs = [input({ datatype: 'BYTES', shape: [-1] })];
  expect(await read('t.csv', 'label,text\n1,\n0,so so\n', serving({ model, inputs }))).toEqual(['', 'so so']);
  const lines = '{"text":"so so","label":1}\n"good"\n';
  expect(await read('t.jsonl', lines, serving({ model, inputs }))).toEqual([{ text: 'so so' }, 'good']);
});

test('integers beyond 2^53 are what they are in a request', async () => {
  const inputs = [input({ datatype: 'INT64' })];
  for (const name of ['t.csv', 't.jsonl']) {
    const text = name === 't.csv' ? 'x\n9007199254740993\n' : '[9007199254740993]\n';
    expect(await read(name, text, serving({ inputs }))).toEqual([[9007199254740993n]]);
  }
});

// The text comes last and is no part of the title: one has megabytes.
test.each([
  ['t.csv', 'line 1: expected the columns of serving.yaml, found no b among a, c', 'a,c\n1,2\n'],
  ['t.csv', 'line 1: expected each column once, found "a" twice', 'a,b,a\n1,2,3\n'],
  ['t.csv', 'line 3: expected 2 fields, found 1', 'a,b\n1,2\n3\n'],
  ['t.csv', 'line 2: a quote is not closed', 'a,b\n1,"2\n'],
  ['t.jsonl', 'line 2: is not JSON', '{"a":1}\n{"a":'],
  ['t.jsonl', 'line 2: is larger than', `[1,2]\n"${'x'.repeat(serving().limits.maxBodyBytes)}"\n`],
  ['t.xlsx', 'expected a file that ends in .csv or .jsonl', 'PK'],
])('%s is refused: %s', async (name, message, text) => {
  await expect(read(name, text)).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringContaining(message),
  });
});
