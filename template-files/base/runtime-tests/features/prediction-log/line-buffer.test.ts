import { jest } from '@jest/globals';
import { createLineBuffer, type Sink } from '../../../runtime/features/prediction-log/line-buffer.ts';

/** A sink of which the test says when a write ends, and how. */
function setUp(maxSize = 100) {
  const writes: { text: string; bytes: Buffer; done(): void; fail(): void }[] = [];
  const events: [number, string][] = [];
  const sink: Sink = {
    write: (lines) =>
      new Promise((resolve, reject) => {
        // Read when it is done: as long as it is not, nobody may change the bytes.
        const write = {
          text: lines.toString('utf8'),
          bytes: lines,
          done: () => {
            write.text = lines.toString('utf8');
            resolve();
          },
          fail: () => reject(new Error('ENOSPC')),
        };
        writes.push(write);
      }),
    close: async () => {},
  };
  const buffer = createLineBuffer(sink, maxSize, {
    onWritten: (lines) => events.push([lines, 'written']),
    onDropped: (lines, reason) => events.push([lines, reason]),
  });
  const line = (letter: string) => `${letter.repeat(9)}\n`;
  const push = (text: string): void => {
    const writer = buffer.begin(Buffer.byteLength(text));
    if (!writer) return;
    writer.utf8(text);
    buffer.end();
  };
  return { buffer, push, writes, events, line };
}

// Time passes when the test says so.
beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});
const after = (ms: number) => jest.advanceTimersByTimeAsync(ms);

test('lines are written together, in order, one write at a time', async () => {
  const { push, writes, events, line } = setUp();
  push(line('a'));
  push(line('b'));
  await after(150);
  push(line('c'));
  await after(150);
  expect(writes.map(({ text }) => text)).toEqual([line('a') + line('b')]);
  writes[0]?.done();
  await after(150);
  expect(writes.map(({ text }) => text)).toEqual([line('a') + line('b'), line('c')]);
  writes[1]?.done();
  await after(0);
  expect(events).toEqual([
    [2, 'written'],
    [1, 'written'],
  ]);
});

test('what finds no place is dropped, and what is being written keeps its place', async () => {
  const { push, writes, events, line } = setUp(30);
  push(line('a'));
  push(line('b'));
  await after(150);
  push(line('c'));
  push(line('d'));
  expect(events).toEqual([[1, 'buffer_full']]);
  writes[0]?.done();
  await after(150);
  push(line('e'));
  expect(writes[1]?.text).toBe(line('c'));
  expect(events).toEqual([
    [1, 'buffer_full'],
    [2, 'written'],
  ]);
});

test('a write that does not end is told apart from one that is too slow', async () => {
  const { push, events, line } = setUp(10);
  push(line('a'));
  await after(1300);
  push(line('b'));
  expect(events).toEqual([[1, 'stalled']]);
});

test('a failed write costs its lines, and the next one waits', async () => {
  const { push, writes, events, line } = setUp();
  push(line('a'));
  await after(150);
  writes[0]?.fail();
  await after(0);
  push(line('b'));
  await after(500);
  expect(writes).toHaveLength(1);
  await after(800);
  expect(writes[1]?.text).toBe(line('b'));
  expect(events).toEqual([[1, 'disk']]);
});

test('closing writes what is left, and does not wait for ever', async () => {
  const first = setUp();
  first.push(first.line('a'));
  const closed = first.buffer.close(1000);
  await after(0);
  first.writes[0]?.done();
  await closed;
  expect(first.events).toEqual([[1, 'written']]);

  const second = setUp();
  second.push(second.line('a'));
  await after(150);
  second.push(second.line('b'));
  const gaveUp = second.buffer.close(200);
  await after(200);
  expect(await gaveUp).toBe(false);
  expect(second.events).toEqual([[1, 'stalled']]);
});

test('lines of every length and alphabet come out as they went in', async () => {
  const { push, writes } = setUp(10_000_000);
  const lines = Array.from({ length: 300 }, (_, i) => `${'aé漢🙂'.repeat(i * 2)}${i}\n`);
  for (const line of lines) push(line);
  while (writes.map(({ text }) => text).join('').length < lines.join('').length) {
    for (const { done } of writes) done();
    await after(20);
  }
  expect(writes.map(({ text }) => text).join('')).toBe(lines.join(''));
});

test('what comes while a write takes long waits in blocks, and a line that is longer than those comes whole', async () => {
  const { push, writes, events } = setUp(10_000_000);
  const lines = Array.from(
    { length: 900 },
    (_, i) => `${i}${(i === 500 ? 'é' : '.').repeat(i === 500 ? 300_000 : 999)}\n`,
  );
  for (const line of lines) push(line);
  expect(writes).toHaveLength(1);
  for (let at = 0; at < writes.length; at++) {
    writes[at]?.done();
    await after(0);
  }
  await after(150);
  writes.at(-1)?.done();
  await after(0);
  expect(writes.map(({ text }) => text).join('')).toBe(lines.join(''));
  expect(writes.filter(({ text }) => Buffer.byteLength(text) > 256 * 1024)).toHaveLength(1);
  expect(events.map(([count]) => count).reduce((sum, count) => sum + count, 0)).toBe(lines.length);
});

test('blocks are filled again, and what has been written gives its place back', async () => {
  const { push, writes, events, line } = setUp(300);
  for (let i = 0; i < 100; i++) {
    for (const letter of 'abcdefghijklmno') push(line(letter));
    await after(0);
    writes[i]?.done();
    await after(0);
  }
  expect(writes.map(({ text }) => text)).toEqual(new Array(100).fill([...'abcdefghijklmno'].map(line).join('')));
  expect(new Set(writes.map(({ bytes }) => bytes.buffer)).size).toBe(2);
  // No more of it than there was.
  for (const letter of 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz') push(line(letter));
  expect(events.filter(([, what]) => what === 'buffer_full')).toHaveLength(22);
});

test('closing writes every block, and counts the lines of all that it could not', async () => {
  const lines = (letter: string) => Array.from({ length: 700 }, () => `${letter.repeat(999)}\n`);
  const first = setUp(10_000_000);
  for (const line of lines('a')) first.push(line);
  const closed = first.buffer.close(5000);
  for (let at = 0; at < 3; at++) {
    await after(0);
    first.writes[at]?.done();
  }
  await closed;
  expect(first.writes.map(({ text }) => text).join('')).toBe(lines('a').join(''));

  const second = setUp(10_000_000);
  for (const line of lines('b')) second.push(line);
  const gaveUp = second.buffer.close(50);
  await after(50);
  expect(await gaveUp).toBe(false);
  const written = second.writes[0]?.text.split('\n').length ?? 0;
  expect(second.events).toEqual([[700 - (written - 1), 'stalled']]);
});
