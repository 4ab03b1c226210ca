import { createLineBlock } from '../../runtime/observability/line-block.ts';

test('lines come whole and in order, however many there are, and what was written stays as it is', () => {
  const written: Buffer[] = [];
  const block = createLineBlock((bytes) => {
    written.push(bytes);
    return undefined;
  });
  const lines = Array.from({ length: 5000 }, (_, i) => `${'x'.repeat(i % 300)}${i}\n`);
  for (const [i, line] of lines.entries()) {
    block.begin().latin1(line);
    if (i % 7 === 0) block.flush();
  }
  block.flush();
  block.flush();
  expect(Buffer.concat(written).toString()).toBe(lines.join(''));
  expect(written.every((piece) => piece.length > 0 && piece.at(-1) === 10)).toBe(true);
});
