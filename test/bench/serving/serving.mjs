// How fast a stamped-out service is, beside what Node.js, the runtime and FastAPI can do with the same models. One run,
// interleaved, medians; what counts are the ratios. Linux, with Python 3, wrk (apt-get install wrk) and two cores: servers
// are pinned to the first, the client to the second.
//   npm run bench:serving              everything (about 8 minutes), into docs/BENCHMARKS.md
//   npm run bench:serving -- --short   one quick round at 32 connections, printed only
import { parseArgs } from 'node:util';
import { openModel } from './cases.mjs';
import { load } from './load.mjs';
import { MODELS } from './models.mjs';
import { prepare } from './prepare.mjs';
import { median } from './process.mjs';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    models: { type: 'string', default: Object.keys(MODELS).join(',') },
    seconds: { type: 'string' },
    repeats: { type: 'string' },
    only: { type: 'string' },
  },
});
const connections = options.short ? [32] : [1, 8, 32, 128];
const repeats = Number(options.repeats ?? (options.short ? 1 : 5));
const seconds = Number(options.seconds ?? (options.short ? 2 : 1));

const place = prepare();
const results = [];
for (const model of options.models.split(',')) {
  const opened = await openModel(place, model, connections, '0');
  const cases = opened.cases.filter(({ key }) => !options.only || options.only.split(',').includes(key));
  try {
    for (const one of cases) await load(one.server, one.path, one.folder, { connections: 32, seconds: 1, core: 1 });
    const runs = cases.map(() => []);
    for (let i = 0; i < repeats; i++) {
      for (const [c, one] of cases.entries()) {
        runs[c].push(await load(one.server, one.path, one.folder, { connections: one.connections, seconds, core: 1 }));
      }
    }
    cases.forEach(({ key, connections: count }, c) => {
      const pick = (name) => median(runs[c].map((run) => run[name]));
      results.push({
        model,
        key,
        connections: count,
        rate: pick('rate'),
        p50: pick('p50'),
        p99: pick('p99'),
        cores: pick('cores'),
      });
    });
  } finally {
    for (const server of opened.servers) await server.stop();
  }
}
for (const { model, key, connections: count, rate, p50, p99, cores } of results) {
  console.log([model, key, count, rate.toFixed(0), p50.toFixed(2), p99.toFixed(2), cores.toFixed(2)].join('\t'));
}
