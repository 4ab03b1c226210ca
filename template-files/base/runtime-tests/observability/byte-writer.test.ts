import { ByteWriter, pieceOf } from '../../runtime/observability/byte-writer.ts';

const textOf = ({ buffer, end }: ByteWriter) => buffer.toString('utf8', 0, end);

test('milliseconds are written as JSON writes the rounded number', () => {
  const samples = [
    0, 0.0004, 0.001, 0.01, 0.1, 1, 9.9996, 10, 12.34, 99.999, 100.5, 999.0005, 30_000, 86_400_000.123, 1_999_999.9994,
    1_999_999.9996, 2_000_000,
  ];
  const writer = new ByteWriter(1024);
  for (const ms of samples) {
    writer.milliseconds(ms);
    writer.latin1(' ');
  }
  const expected = samples.map((ms) => JSON.stringify(Math.round(ms * 1000) / 1000));
  expect(textOf(writer).trim().split(' ')).toEqual(expected);
});

test('JSON is put down on one line', () => {
  for (const list of ['[1,2]', '[1,\r\n2]', `[1${',2'.repeat(1000)}]`, `[1,\r\n2${',3'.repeat(1000)}]`]) {
    const writer = new ByteWriter(4096);
    const bytes = Buffer.from(`{"x": ${list}}`);
    writer.json({ bytes, start: 6, end: bytes.length - 1 });
    expect(textOf(writer)).toBe(list.replace(/[\r\n]/g, ' '));
  }
});

test('bytes and texts of every length come out as they went in', () => {
  const writer = new ByteWriter(100_000);
  const parts = Array.from({ length: 200 }, (_, i) => `${'ä€😀'.repeat(i % 20)}${i}`);
  for (const [i, part] of parts.entries()) {
    if (i % 3 === 0) writer.utf8(part);
    else if (i % 3 === 1) writer.bytes(Buffer.from(part));
    else writer.piece(pieceOf(part));
    writer.latin1('x'.repeat(i));
  }
  expect(textOf(writer)).toBe(parts.map((part, i) => part + 'x'.repeat(i)).join(''));
});
