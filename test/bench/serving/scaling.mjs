import { join } from 'node:path';
import { load, writeRequest } from './load.mjs';
import { jsonRequest } from './models.mjs';
import { median } from './process.mjs';
import { rawLoop } from './raw.mjs';
import { startService } from './servers.mjs';

const BATCH = 32;
/**
 * As many as the queue takes by default: four full batches for each worker, one that runs, one that it has been handed ahead, and
 * two on their way to or from the client, who has to wait for a core as well.
 */
const CONNECTIONS = 8 * BATCH;

/** Each pair of processes has its own luck with where the kernel puts their threads, which lasts as long as they do. */
const PAIRS = 5;

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
 * @returns the median of all pairs of processes, and that of each
 */
export async function measureScaling(place, repeats) {
  const pairs = [];
  for (let pair = 0; pair < PAIRS; pair++) pairs.push(await ratiosOfPair(place, repeats));
  return { ratio: median(pairs.flat()), pairs: pairs.map(median) };
}

async function ratiosOfPair(place, repeats) {
  const one = await startService(place, 'big', { cores: '0', env: { WORKERS: '1' } });
  const two = await startService(place, 'big', { cores: '0,1', env: { WORKERS: '2' } });
  const folder = join(place.scratch, 'scaling');
  const request = jsonRequest('big');
  writeRequest(folder, request);
  const rateOf = async (server) =>
    (await load(server, request.path, folder, { connections: CONNECTIONS, seconds: 1, core: 1 })).rate;
  const ratios = [];
  try {
    for (let i = 0; i <= repeats; i++) {
      const alone = await rateOf(one);
      const both = await rateOf(two);
      // The first round only warms up.
      if (i > 0) ratios.push(both / alone);
    }
  } finally {
    await one.stop();
    await two.stop();
  }
  return ratios;
}
