import { join } from 'node:path';
import { load, writeRequest } from './load.mjs';
import { jsonRequest } from './models.mjs';
import { median } from './process.mjs';
import { rawLoop } from './raw.mjs';
import { startService } from './servers.mjs';

const BATCH = 32;
/** Two full batches for each worker: one that runs, and one that waits meanwhile. */
const CONNECTIONS = 4 * BATCH;

/** What two cores of this machine are to one, for runs alone: two loops beside each other, of one by itself. */
export async function measureCores(place, repeats) {
  const ratios = [];
  for (let i = 0; i < repeats; i++) {
    const alone = await rawLoop(place, 'big', 0, [BATCH]);
    const both = await Promise.all([0, 1].map((core) => rawLoop(place, 'big', core, [BATCH])));
    ratios.push(both.reduce((sum, rates) => sum + rates[BATCH], 0) / alone[BATCH]);
  }
  return median(ratios);
}

/**
 * How many times as fast two workers are as one: the model whose run is what costs, on one core with one worker and on two
 * with two. The client shares the second core: what it takes there is missing to the two workers.
 */
export async function measureScaling(place, repeats) {
  const one = await startService(place, 'big', { cores: '0', env: { WORKERS: '1' } });
  const two = await startService(place, 'big', { cores: '0,1', env: { WORKERS: '2' } });
  const folder = join(place.scratch, 'scaling');
  const request = jsonRequest('big');
  writeRequest(folder, request);
  const rates = new Map([one, two].map((server) => [server, []]));
  try {
    for (let i = 0; i <= repeats; i++) {
      for (const [server, found] of rates) {
        const { rate } = await load(server, request.path, folder, { connections: CONNECTIONS, seconds: 1, core: 1 });
        // The first round only warms up.
        if (i > 0) found.push(rate);
      }
    }
  } finally {
    await one.stop();
    await two.stop();
  }
  return median(rates.get(two).map((rate, i) => rate / rates.get(one)[i]));
}
