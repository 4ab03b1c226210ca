import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { must } from '../support/run.ts';
import { serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

const folder = temporaryFolder();
const directory = join(folder, 'watching');
beforeAll(async () => {
  await stampOut(directory, ['features=drift,prediction-log']);
  await must('npm', ['run', 'build'], { cwd: directory });
}, 300_000);

/** Rows that differ from each other, so that nothing of them can be shared. */
async function writeRows(file: string, rows: number): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('sepal_length,sepal_width,petal_length,petal_width,species\n');
  for (let row = 0; row < rows; row += 1000) {
    const lines = Array.from({ length: 1000 }, (_, i) => {
      const at = row + i;
      return `${(at % 9973) / 1000},${(at % 7919) / 1000},${(at % 6007) / 1000},${(at % 3001) / 1000},kind-${at}\n`;
    });
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

/** The most memory that a process had, in MB: as the kernel says of it while it lives. */
async function peakOf(args: readonly string[]): Promise<{ peak: number; code: number | null }> {
  const child = spawn(process.execPath, args, { cwd: directory, stdio: 'ignore' });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has just ended.
    }
  }, 20);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(timer);
  return { peak, code };
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'a reference of a million rows takes about the memory of one of fifty thousand',
  async () => {
    const sizes = [50_000, 1_000_000];
    const peaks: number[] = [];
    for (const rows of sizes) {
      const file = join(folder, `rows-${rows}.csv`);
      await writeRows(file, rows);
      const { peak, code } = await peakOf(['dist/runtime/features/drift/cli/reference.js', file]);
      expect(code).toBe(0);
      peaks.push(peak);
      const reference = JSON.parse(readFileSync(join(directory, 'model/reference.json'), 'utf8'));
      expect(reference.rows).toBe(rows);
      for (const { shares } of reference.features) {
        expect(shares.reduce((sum: number, share: number) => sum + share, 0)).toBeCloseTo(1, 4);
        // Even values in ten bins: the sample is a fair one.
        for (const share of shares) expect(Math.abs(share - 0.1)).toBeLessThan(0.02);
      }
    }
    const [small = 0, large = 0] = peaks;
    expect(small).toBeGreaterThan(0);
    // Twenty times the rows; what grows is garbage that is not yet collected.
    expect(large / small).toBeLessThan(2);
  },
  120_000,
);

/** A disk of 256 KiB, which root alone may make. */
async function smallDisk(): Promise<string> {
  const disk = join(folder, 'small-disk');
  mkdirSync(disk);
  await must('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
  return disk;
}

test('a full disk under the prediction log costs lines, not answers, and is written again once there is room', async () => {
  const disk = await smallDisk();
  const file = join(directory, 'serving.yaml');
  const before = readFileSync(file, 'utf8');
  const path = join(disk, 'predictions.jsonl');
  writeFileSync(file, `${before}\npredictionLog: { mode: full, to: file, path: ${path}, maxBytes: 1048576 }\n`);
  try {
    const service = await serve(directory, { WORKERS: '1' });
    const metric = async (name: string) => {
      const text = await (await fetch(`${service.url}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`ml_serving_prediction_log_${name} `))
          ?.split(' ')
          .pop(),
      );
    };
    const body = JSON.stringify({ instances: new Array(100).fill([5.1, 3.5, 1.4, 0.2]) });
    const ask = () =>
      fetch(`${service.url}/predict`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const until = async (done: () => Promise<boolean>) => {
      for (let i = 0; i < 100 && !(await done()); i++) {
        expect((await ask()).status).toBe(200);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await until(async () => (await metric('dropped_total{reason="disk"}')) > 0);
    expect(await metric('dropped_total{reason="disk"}')).toBeGreaterThan(0);
    // The log is written when there is time for it.
    await until(async () => service.log().includes('ENOSPC'));
    expect(service.log()).toContain('ENOSPC');
    const written = await metric('written_total');
    spawnSync('truncate', ['-s', '0', path]);
    await until(async () => (await metric('written_total')) > written);
    expect(await metric('written_total')).toBeGreaterThan(written);
    expect(await service.stop()).toBe(0);
    // The line that was cut off has gone with the truncation; every other one is whole.
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line).msg).toBe('prediction');
  } finally {
    spawnSync('umount', [disk]);
    writeFileSync(file, before);
  }
}, 60_000);
