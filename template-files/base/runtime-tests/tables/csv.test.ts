import { type CsvRecord, readCsv } from '../../runtime/tables/csv.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1000, max = 1000): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const record of readCsv(inChunks(text, size), max)) records.push(record);
  return records;
}

const cells = async (text: string, size?: number) => (await read(text, size)).map((record) => record.cells);

test.each<[string, string, string[][]]>([
  [
    'plain',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['no end of line at the end', 'a\n1', [['a'], ['1']]],
  [
    'Windows’ ends of line',
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'empty cells',
    ',\n,,\n',
    [
      ['', ''],
      ['', '', ''],
    ],
  ],
  ['quotes', '"a,b","c""d","e\nf"\n', [['a,b', 'c"d', 'e\nf']]],
  ['quotes before Windows’ end of line', '"a"\r\n"b"\r\n', [['a'], ['b']]],
  ['an empty text', '""\nx\n', [[''], ['x']]],
  ['a quote within a plain cell', 'a"b\n', [['a"b']]],
  ['blank lines', 'a\n\n\r\nb\n', [['a'], ['b']]],
  ['an editor’s mark', '\ufeff"a",b\n', [['a', 'b']]],
])('%s, whatever the chunks', async (_what, text, expected) => {
  for (const size of [1, 2, 3, 7, 1000]) {
    // The mark is looked for in the first chunk.
    if (text.startsWith('\ufeff') && size < 3) continue;
    expect(await cells(text, size)).toEqual(expected);
  }
});

test('a record knows the line it begins on', async () => {
  expect((await read('a\n"b\nb"\nc\n', 2)).map(({ line }) => line)).toEqual([1, 2, 4]);
});

test('bytes that are no UTF-8 are kept for who decodes them', async () => {
  const [record] = await read('größe\n', 3);
  expect(Buffer.from(record?.cells[0] ?? '', 'latin1').toString('utf8')).toBe('größe');
});

test('what is wrong with one record spoils no other', async () => {
  const records = await read(`a\n"b"c\n${'x'.repeat(50)}\n${','.repeat(50)}\nd\n"e`, 5, 20);
  expect(records.map(({ problem }) => problem)).toEqual([
    undefined,
    expect.stringContaining('after a closing quote'),
    expect.stringContaining('larger than 20 bytes'),
    expect.stringContaining('larger than 20 bytes'),
    undefined,
    'a quote is not closed',
  ]);
  expect(records[4]?.cells).toEqual(['d']);
});
