import { createLineBlock } from '../../src/observability/line-block.ts';

function setUp() {
  const written: string[] = [];
  const write = (bytes: Buffer): undefined => {
    written.push(bytes.toString('latin1'));
  };
  return { written, block: createLineBlock(write) };
}

test('milliseconds are written as JSON writes the rounded number', () => {
  const { written, block } = setUp();
  const samples = [0, 0.0004, 0.001, 0.01, 0.1, 1, 9.9996, 10, 12.34, 99.999, 100.5, 999.0005, 30_000, 86_400_000.123];
  for (const ms of samples) {
    block.begin();
    block.milliseconds(ms);
    block.latin1(' ');
  }
  block.flush();
  expect(written.join('').trim().split(' ')).toEqual(samples.map((ms) => JSON.stringify(Math.round(ms * 1000) / 1000)));
});

test('lines come whole and in order, however many there are, and what was written stays as it is', () => {
  const written: Buffer[] = [];
  const block = createLineBlock((bytes) => {
    written.push(bytes);
    return undefined;
  });
  const lines = Array.from({ length: 5000 }, (_, i) => `${'x'.repeat(i % 300)}${i}\n`);
  for (const [i, line] of lines.entries()) {
    block.begin();
    block.latin1(line);
    if (i % 7 === 0) block.flush();
  }
  block.flush();
  block.flush();
  expect(Buffer.concat(written).toString()).toBe(lines.join(''));
  expect(written.every((piece) => piece.length > 0 && piece.at(-1) === 10)).toBe(true);
});
