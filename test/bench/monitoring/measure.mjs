import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { load, writeRequest } from '../serving/load.mjs';
import { median } from '../serving/process.mjs';
import { startService } from '../serving/servers.mjs';
import { LOG_FILE, requestOf, writeCase } from './groups.mjs';

/**
 * Measures the cases of a group in turn and again, each in several processes: every process has its own luck with memory and
 * optimization, which lasts as long as it does and is worth ten percent, so many of them tell more than many runs of a few.
 * @returns for each case the rates of its runs (requests per second of the server's core, not of the clock: others on the machine take
 *   time, and do not change the cost), in the same order for all cases, and the median of p99 in ms; what the full log wrote and
 *   lost
 */
export async function measureGroup(
  place,
  scratch,
  { name: model, env, cases },
  { processes, warmUp, repeats, seconds },
) {
  const request = requestOf(model);
  const requestFolder = join(scratch, `${model}-request`);
  writeRequest(requestFolder, request);
  const ask = async ({ server }) => {
    const seen = await load(server, request.path, requestFolder, { connections: 32, seconds, core: 1 });
    // As a container's log is put aside: the full log of a wide model is hundreds of megabytes a second.
    truncateSync(server.log);
    return seen;
  };
  const started = [];
  try {
    for (let process = 0; process < processes; process++) {
      for (const [c, one] of cases.entries()) {
        const folder = `${model}-${c}-${process}`;
        writeCase(join(scratch, folder), model, one, place);
        const server = await startService({ ...place, models: scratch }, folder, {
          cores: '0',
          env: { WORKERS: '1', ...env },
        });
        started.push({ c, server, folder: join(scratch, folder) });
      }
    }
    // As long as functions are being optimized, what is measured is that: it ends after some requests, however long those take.
    const seen = started.map(() => 0);
    const cold = (i, round) => round < warmUp.rounds || seen[i] < warmUp.requests;
    for (let round = 0; seen.some((_, i) => cold(i, round)); round++) {
      for (const [i, one] of started.entries()) if (cold(i, round)) seen[i] += (await ask(one)).requests;
    }
    const rates = cases.map(() => []);
    const p99s = cases.map(() => []);
    for (let i = 0; i < repeats; i++) {
      // There and back: what one leaves behind (the log's pages on their way to the disk) meets each of its neighbours.
      for (const one of i % 2 === 0 ? started : started.toReversed()) {
        const { rate, cores, p99 } = await ask(one);
        rates[one.c].push(rate / cores);
        p99s[one.c].push(p99);
      }
    }
    const logging = started.filter(({ c }) => cases[c].changes.predictionLog?.mode === 'full');
    return { model, cases, rates, p99s: p99s.map(median), log: await readLog(logging) };
  } finally {
    for (const { server } of started) await server.stop();
  }
}

/** Lines that the full log wrote and lost (speed that is bought with those would be none), and the bytes of one. */
async function readLog(logging) {
  const scrapes = await Promise.all(logging.map(async ({ server }) => (await fetch(`${server.url}/metrics`)).text()));
  const text = scrapes.join('\n');
  const sum = (name) =>
    [...text.matchAll(new RegExp(`^ml_serving_prediction_log_${name}.* (\\d+)$`, 'gm'))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  return { written: sum('written_total'), dropped: sum('dropped_total'), bytes: bytesOfLine(logging) };
}

/** Of the first line in a file, where a case has one. */
function bytesOfLine(logging) {
  const file = logging.map(({ folder }) => join(folder, LOG_FILE)).find(existsSync);
  return file && readFileSync(file).indexOf('\n') + 1;
}
