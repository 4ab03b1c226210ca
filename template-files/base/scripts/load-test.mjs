import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { readCommandLine } from '../runtime/command-line.js';
import { buildIfStale } from './build.mjs';
import { startService } from './load-test/local-service.mjs';
import { measure } from './load-test/measure.mjs';
import { LOAD_TEST, readOptions } from './load-test/options.mjs';
import { picture } from './load-test/picture.mjs';
import { missed, table } from './load-test/report.mjs';

/** Part of the closed loop's throughput that the open loop asks for. */
const HALF = 0.5;

async function main() {
  readCommandLine(LOAD_TEST);
  const { objectives } = parse(readFileSync('serving.yaml', 'utf8'));
  const options = readOptions(process.argv.slice(2), objectives);
  const { samples } = JSON.parse(readFileSync('model/golden.json', 'utf8'));
  if (!(samples?.length > 0)) throw new Error('model/golden.json holds no samples: there is nothing to ask');

  if (!options.url) buildIfStale();
  const service = options.url ? { url: options.url, stop: async () => {} } : await startService();
  try {
    const common = { ...options, url: service.url, samples };
    console.log(`${service.url}: ${options.connections} connections, ${options.seconds} s each`);
    const closed = await measure({ ...common, rate: undefined });
    if (closed.perSecond === 0) throw new Error(`nothing was served; the answers: ${JSON.stringify(closed.statuses)}`);
    const open = await measure({ ...common, rate: options.rate ?? Math.max(1, Math.round(closed.perSecond * HALF)) });
    console.log(table([closed, open]));

    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(
      options.out,
      picture([closed, open], options.objectives, `Latency of POST /predict at ${service.url}`),
    );
    console.log(`picture: ${options.out}`);
    const misses = missed(open, options.objectives);
    console.log(misses.length === 0 ? 'objectives met' : `objectives missed\n  ${misses.join('\n  ')}`);
    if (misses.length > 0) process.exitCode = 1;
  } finally {
    await service.stop();
  }
}

main().catch((error) => {
  console.error(`load test: ${error.message}`);
  process.exitCode = 1;
});
