// How fast a stamped-out service is, beside what Node.js, the runtime and FastAPI can do with the same models. One run,
// interleaved, medians; what counts are the ratios. Linux, with Python 3, wrk (apt-get install wrk) and two cores: servers
// are pinned to the first, the client to the second.
//   npm run bench:serving              everything, into docs/BENCHMARKS.md (about 8 minutes)
//   npm run bench:serving -- --short   one quick round at 32 connections, printed only
import { parseArgs } from 'node:util';
import { writeSection } from '../report.mjs';
import { openModel } from './cases.mjs';
import { load, probe } from './load.mjs';
import { MODELS } from './models.mjs';
import { prepare } from './prepare.mjs';
import { median, memory } from './process.mjs';
import { rawLoop } from './raw.mjs';
import { measureCores, measureScaling } from './scaling.mjs';
import { startService } from './servers.mjs';
import { report } from './tables.mjs';

const SERVER_CORE = '0';
const CLIENT_CORE = 1;

const { values: options } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const connections = options.short ? [32] : [1, 8, 32, 128];
/** Rounds of all cases, and of those whose ratios are what counts. */
const repeats = options.short ? 1 : 3;
const thorough = options.short ? 3 : 11;
const COMPARED_AT = 32;
const seconds = 1;

const place = prepare();

/** Every case of a model, in turn and again: other load on the machine then hits all of them alike. */
async function measureModel(model) {
  const { cases, servers } = await openModel(place, model, connections, SERVER_CORE);
  const run = (one, count = one.connections) =>
    load(one.server, one.path, one.folder, { connections: count, seconds, core: CLIENT_CORE });
  try {
    for (const one of cases) await run(one, COMPARED_AT);
    const runs = cases.map(() => []);
    for (let i = 0; i < thorough; i++) {
      for (const [c, one] of cases.entries()) {
        if (i < repeats || one.connections === COMPARED_AT) runs[c].push(await run(one));
      }
    }
    const health = await probe(servers[0], '/v2/health/live', () =>
      run(
        cases.find(({ key }) => key === 'json'),
        COMPARED_AT,
      ),
    );
    const results = cases.map(({ key, connections: count }, c) => {
      const pick = (name) => median(runs[c].map((one) => one[name]));
      return {
        model,
        key,
        connections: count,
        rate: pick('rate'),
        rates: runs[c].map(({ rate }) => rate),
        p50: pick('p50'),
        p99: pick('p99'),
        cores: pick('cores'),
      };
    });
    return { model, results, health, rss: memory(servers[0].pid).now, raw: await rawLoop(place, model, SERVER_CORE) };
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** From the start of the process to its first 200 from /v2/health/ready, with the repository's own sample model. */
async function measureStart() {
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const server = await startService(place, undefined, { cores: '0,1' });
    times.push(server.readyMs);
    await server.stop();
  }
  return median(times);
}

const models = [];
for (const model of Object.keys(MODELS)) models.push(await measureModel(model));
const scaling = await measureScaling(place, repeats);
const cores = await measureCores(place, 3);
const text = report({ models, scaling, cores, readyMs: await measureStart(), repeats, thorough, seconds, connections });
if (options.short) console.log(text);
else writeSection('serving', text);
