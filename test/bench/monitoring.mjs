// What it costs to watch the model: drift counters, feedback, the prediction log and a shadow, beside the same service without
// them. The sample model, whose run is as short as runs get: any other one hides more of it. Linux, with wrk
// (apt-get install wrk) and two cores: servers are pinned to the first, the client to the second.
//   npm run bench:monitoring              into docs/BENCHMARKS.md
//   npm run bench:monitoring -- --short   one quick round, printed only
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { writeSection } from './report.mjs';
import { load, writeRequest } from './serving/load.mjs';
import { median } from './serving/process.mjs';
import { startService } from './serving/servers.mjs';

const { values: options } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const repeats = options.short ? 3 : 4;
const seconds = 1;
/**
 * Processes of a case: each has its own luck with memory and optimization, which lasts as long as it does and is worth ten percent.
 * Many of them tell more than many runs of a few.
 */
const processes = options.short ? 1 : 9;

/** Runs before it counts: as long as functions are being optimized, what is measured is that. */
const WARM_UP = options.short ? 1 : 4;

const base = fileURLToPath(new URL('../../template-files/base', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'bench-monitoring-'));
/** Relative to the service's own folder. */
const log = { to: 'file', path: 'predictions.jsonl' };
const candidate = { version: '2.0.0', file: 'model/candidate.onnx', sha256: '' };

/** What each case adds to the plain service, which has neither a reference nor a memory of its predictions. */
const CASES = [
  { name: 'nothing watched', reference: false, changes: {} },
  { name: 'drift counters', reference: true, changes: {} },
  { name: 'drift counters and feedback (the default)', reference: true, changes: { feedback: {} } },
  {
    name: 'prediction log, 1 % of the requests',
    reference: false,
    changes: { predictionLog: { ...log, mode: 'sampled' } },
  },
  { name: 'prediction log, full', reference: false, changes: { predictionLog: { ...log, mode: 'full' } } },
  {
    name: 'a shadow of 1 % of the requests',
    reference: false,
    changes: { variants: { mode: 'shadow', weight: 1, candidate } },
  },
];

/** A folder with the sample model and its contract. */
function prepare({ reference, changes }, name) {
  const folder = join(scratch, name);
  cpSync(join(base, 'test/fixtures/sample'), folder, { recursive: true });
  if (!reference) rmSync(join(folder, 'model/reference.json'));
  const file = join(folder, 'serving.yaml');
  candidate.sha256 = execFileSync('sha256sum', [join(folder, candidate.file)], { encoding: 'utf8' }).slice(0, 64);
  const contract = { ...parse(readFileSync(file, 'utf8')), feedback: { maxPredictions: 0 }, ...changes };
  writeFileSync(file, stringify(contract));
}

function requestFolder() {
  const folder = join(scratch, 'request');
  mkdirSync(folder);
  const { samples } = JSON.parse(readFileSync(join(base, 'test/fixtures/sample/model/golden.json'), 'utf8'));
  const body = JSON.stringify({ instances: [samples[1].instance] });
  writeRequest(folder, { headers: { 'Content-Type': 'application/json' }, body });
  return folder;
}

execFileSync('npm', ['run', 'build'], { cwd: base, stdio: ['ignore', 'ignore', 'inherit'] });
const request = requestFolder();
const servers = [];
try {
  for (let process = 0; process < processes; process++) {
    for (const [at, one] of CASES.entries()) {
      const place = { service: base, models: scratch, scratch };
      const name = `${at}-${process}`;
      prepare(one, name);
      const env = { ACCESS_LOG: 'off', WORKERS: '1' };
      servers.push(await startService(place, name, { cores: '0', env }));
    }
  }
  const ask = (server) => load(server, '/predict', request, { connections: 32, seconds, core: 1 });
  for (let i = 0; i < WARM_UP; i++) for (const server of servers) await ask(server);
  const rates = CASES.map(() => []);
  const p99s = CASES.map(() => []);
  for (let i = 0; i < repeats; i++) {
    // There and back: what one leaves behind (the log's pages on their way to the disk) meets each of its neighbours.
    const order = [...servers.keys()];
    for (const c of i % 2 === 0 ? order : order.toReversed()) {
      const { rate, cores, p99 } = await ask(servers[c]);
      // Of a second of the processor, not of the clock: others on the machine take time, and do not change the cost.
      rates[c % CASES.length].push(rate / cores);
      p99s[c % CASES.length].push(p99);
    }
  }
  report(rates, p99s, await lostLines(servers));
} finally {
  for (const server of servers) await server.stop();
  rmSync(scratch, { recursive: true });
}

/** Lines that the full log lost: speed that is bought with them would be none. */
async function lostLines(all) {
  const full = CASES.findIndex(({ changes }) => changes.predictionLog?.mode === 'full');
  const logging = all.filter((_, c) => c % CASES.length === full);
  const texts = await Promise.all(logging.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const text = texts.join('\n');
  const read = (name) => [...text.matchAll(new RegExp(`^ml_serving_prediction_log_${name}.* (\\d+)$`, 'gm'))];
  const sum = (found) => found.reduce((total, [, count]) => total + Number(count), 0);
  return { written: sum(read('written_total')), dropped: sum(read('dropped_total')) };
}

function report(rates, p99s, { written, dropped }) {
  // Neighbours in time are compared: what disturbs the machine disturbs both.
  const shares = rates.map((runs) => median(runs.map((rate, i) => rate / rates[0][i])));
  const rows = CASES.map(({ name }, c) => {
    const cost = c === 0 ? '' : `${((1 - shares[c]) * 100).toFixed(1)} %`;
    return `| ${name} | ${Math.round(median(rates[c])).toLocaleString('en')} | ${cost} | ${median(p99s[c]).toFixed(2)} ms |`;
  });
  const content = [
    `Node.js ${process.versions.node}, one core of ${cpus()[0]?.model ?? 'an unknown processor'} for the server and its worker, one for the client; one row a request, 32 connections, ` +
      `medians of ${repeats} interleaved runs of ${seconds} s of each of ${processes} processes. Repeat with \`npm run bench:monitoring\`.`,
    '',
    '| the sample service with | requests per second of its core | cost | p99 |',
    '| --- | --: | --: | --: |',
    ...rows,
    '',
    `The full log wrote ${written.toLocaleString('en')} lines and lost ${dropped.toLocaleString('en')}.`,
  ].join('\n');
  if (options.short) console.log(content);
  else writeSection('monitoring', content);
}
