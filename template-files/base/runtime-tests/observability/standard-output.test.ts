import type { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standardOutput } from '../../runtime/observability/standard-output.ts';

test('bytes are given back when they have been written, and not before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'standard-output-'));
  const file = join(folder, 'log');
  const stream = standardOutput(openSync(file, 'w'));
  try {
    const expected: string[] = [];
    // One block, filled again and again: small ones wait for others, large ones are written by themselves.
    const block = Buffer.alloc(300_000);
    for (const [i, length] of [1, 70, 5_000, 70_000, 140_000, 300_000, 10].entries()) {
      const text = (letter: string, size: number) => `${letter.repeat(size - 1)}\n`;
      const around = [text('a', 40), text('b', 66_000), text('c', 40)] as const;
      stream.write(around[0]);
      stream.writeBytes(Buffer.from(around[1]));
      const own = text(String(i), length);
      block.write(own);
      const returned = stream.writeAndReturn(block.subarray(0, length));
      stream.write(around[2]);
      await returned;
      expected.push(around[0], around[1], own, around[2]);
      expect(readFileSync(file, 'utf8')).toContain(own);
      block.fill('x');
    }
    await stream.writeAndReturn(Buffer.from('end\n'));
    expect(readFileSync(file, 'utf8')).toBe(`${expected.join('')}end\n`);
  } finally {
    stream.destroy();
    rmSync(folder, { recursive: true });
  }
});

/** A device of Linux that is always full. */
const onFullDisk = existsSync('/dev/full') ? test : test.skip;

onFullDisk('bytes for which there is no room are said to be lost, others wait', async () => {
  const stream = standardOutput(openSync('/dev/full', 'w'));
  const failed = new Promise((resolve) => (stream as unknown as EventEmitter).once('error', resolve));
  try {
    const much = Buffer.alloc(20 * 1024 * 1024);
    let settled = false;
    void stream.writeAndReturn(much).finally(() => {
      settled = true;
    });
    await expect(stream.writeAndReturn(much)).rejects.toThrow('standard output takes no more');
    await failed;
    expect(settled).toBe(false);
  } finally {
    stream.destroy();
  }
});
