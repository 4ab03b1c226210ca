// Requests of every kind to real services of every type of model, through both readers of requests. What counts: no 5xx but those that say
// "not now", no silence, and work that is bounded by the bytes. Exit code 1, and what was sent, where that does not hold.
//   npm run fuzz                                    20,000 requests
//   npm run fuzz -- --requests 200000 --seed 7      more, and other ones
//   npm run fuzz -- --models table,texts            some of the models alone
//   npm run fuzz -- --service DIRECTORY             a repository of your own, after npm run build there
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzzService } from './fuzz-service.mjs';
import { createRepository, MODELS, READERS, startService } from './services.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { requests, seed, names, service: given } = readOptions();
/** Requests of a kind that are sent twice, to compare the work for more of it. */
const GROWTHS = 60;
/** Of the problems of a kind, so many are shown for each service. */
const SHOWN = 3;

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
let problems = 0;
let sent = 0;
try {
  if (given) await fuzzBoth(basename(given), given, 0, requests / READERS.length);
  else {
    execFileSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    const cli = join(root, 'dist', 'create-ml-serving.js');
    for (const [i, name] of names.entries()) {
      await fuzzBoth(name, createRepository(cli, folder, name), i, requests / (names.length * READERS.length));
    }
  }
  console.log(`${sent} requests, ${problems} problems (seed ${seed})`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = problems === 0 ? 0 : 1;

async function fuzzBoth(name, directory, place, share) {
  for (const [j, reader] of READERS.entries()) {
    const started = performance.now();
    const service = await startService(directory, reader);
    const options = { requests: Math.ceil(share), seed: seed * 1000 + place * 10 + j, growths: GROWTHS };
    const found = await fuzzService(service, options);
    const exit = await service.stop();
    if (exit !== 0) found.problems.push({ problem: `the service ended with ${exit}`, answer: service.log() });
    problems += found.problems.length;
    sent += found.sent;
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${name}, reader ${reader}, ${seconds} s: ${summary(found)}`);
    for (const one of firstOfEachKind(found.problems)) console.log(JSON.stringify(one));
  }
}

function firstOfEachKind(all) {
  const seen = new Map();
  return all.filter(({ problem }) => {
    // Counts tell no kinds apart, statuses do.
    const kind = problem.replace(/\d{4,}/g, 'n');
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return seen.get(kind) <= SHOWN;
  });
}

function summary({ sent: count, bytes, steps, statuses, mostPerByte, mostGrowth }) {
  const answers = Object.entries(statuses).map(([status, times]) => `${status} x ${times}`);
  const work = `${Math.round(steps / count)} steps a request, ${(steps / bytes).toFixed(1)} a byte (at most ${mostPerByte.toFixed(1)} in a round)`;
  return `${count} requests, ${bytes} bytes: ${answers.join(', ')}; ${work}, 16 times the bytes are at most ${mostGrowth.toFixed(1)} times the steps`;
}

function readOptions() {
  const text = (value) => ({ type: 'string', default: value });
  const { values } = parseArgs({
    options: {
      requests: text('20000'),
      seed: text('1'),
      models: text(Object.keys(MODELS).join(',')),
      service: { type: 'string' },
    },
  });
  const [count, first] = [Number(values.requests), Number(values.seed)];
  const chosen = values.models.split(',');
  if (count >= 1 && Number.isSafeInteger(count) && Number.isSafeInteger(first)) {
    if (chosen.every((name) => Object.hasOwn(MODELS, name))) {
      return { requests: count, seed: first, names: chosen, service: values.service };
    }
  }
  console.error(`--requests and --seed are whole numbers, --models some of ${Object.keys(MODELS).join(', ')}`);
  process.exit(1);
}
