// How fast `npm run batch` of the template predicts a file, and that its memory does not grow with the file.
//   (cd template-files/base && npm ci && npm run build) && node test/bench/batch.mjs
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { writeSection } from './report.mjs';

const base = fileURLToPath(new URL('../../template-files/base', import.meta.url));
const program = join(base, 'dist', 'runtime', 'features', 'batch', 'cli', 'batch.js');
if (!existsSync(program)) throw new Error(`${program} is missing: build the template first`);
const work = mkdtempSync(join(tmpdir(), 'bench-batch-'));
const COLUMNS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];

/** Rows that differ, as lines of their format. */
async function write(format, rows) {
  const path = join(work, `${rows}.${format}`);
  const file = createWriteStream(path);
  if (format === 'csv') file.write(`${COLUMNS.join(',')}\n`);
  for (let row = 0; row < rows; row++) {
    const values = COLUMNS.map((_, column) => ((row * (3 + column)) % 80) / 10);
    const line =
      format === 'csv' ? values.join(',') : JSON.stringify(Object.fromEntries(COLUMNS.map((c, i) => [c, values[i]])));
    if (!file.write(`${line}\n`)) await new Promise((resolve) => file.once('drain', resolve));
  }
  file.end();
  await finished(file);
  return path;
}

function measure(input) {
  // The kernel's own count of the most that was resident, written by the process itself at its end.
  const report = "process.on('exit', () => process.stderr.write('RSS ' + process.resourceUsage().maxRSS + '\\n'));";
  const preload = `data:text/javascript,${encodeURIComponent(report)}`;
  const args = ['--import', preload, program, '--input', input, '--output', join(work, 'out.jsonl')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: base, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const { predicted, seconds } = JSON.parse(stdout);
  return { rowsPerSecond: predicted / seconds, mebibytes: Number(/RSS (\d+)/.exec(stderr)[1]) / 1024 };
}

try {
  const rows = [];
  for (const [format, count] of [
    ['jsonl', 20_000],
    ['jsonl', 1_000_000],
    ['csv', 1_000_000],
  ]) {
    const { rowsPerSecond, mebibytes } = measure(await write(format, count));
    const [speed, size] = [Math.round(rowsPerSecond / 100) * 100, Math.round(mebibytes)];
    rows.push(`| ${count.toLocaleString('en')} rows, ${format} | ${speed.toLocaleString('en')} | ${size} |`);
  }
  const about = `Node.js ${process.versions.node}, ${cpus().length} cores of ${cpus()[0]?.model}; the table sample, start and loading counted in.`;
  writeSection(
    'batch',
    [about, '', '| input | rows a second | MiB at most |', '| --- | --: | --: |', ...rows].join('\n'),
  );
} finally {
  rmSync(work, { recursive: true });
}
