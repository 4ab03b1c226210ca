// Whether memory stays what it is: resident memory after every 50,000 requests to one server. 500,000 are what is judged; it goes on
// to 2,000,000, to show what comes then.
//   npm run bench:soak     into docs/BENCHMARKS.md (about a minute)
import { join } from 'node:path';
import { writeSection } from '../report.mjs';
import { load, writeRequest } from './load.mjs';
import { jsonRequest } from './models.mjs';
import { prepare } from './prepare.mjs';
import { median, memory } from './process.mjs';
import { startService } from './servers.mjs';

const JUDGED = 500_000;
const REQUESTS = 2_000_000;
const STEP = 50_000;
const MAX_GROWTH = 0.05;
/** Of so many samples one is shown. */
const SHOWN = 4;

const place = prepare();
const folder = join(place.scratch, 'soak');
const request = jsonRequest('tiny');
writeRequest(folder, request);
const server = await startService(place, 'tiny', { cores: '0' });
const steps = [];
try {
  for (let done = 0; done < REQUESTS; ) {
    const { requests } = await load(server, request.path, folder, { connections: 32, seconds: 1, core: 1 });
    done += requests;
    if (Math.floor(done / STEP) > steps.length) steps.push({ done, mb: memory(server.pid).now });
  }
} finally {
  await server.stop();
}
const first = steps[0].mb;
// Where the garbage collector stands at the moment of a sample is chance: three together say more than the last.
const growthUntil = (requests) => {
  const until = steps.filter(({ done }) => done <= requests + STEP);
  return median(until.slice(-3).map(({ mb }) => mb)) / first - 1;
};
const growth = growthUntil(JUDGED);
const percent = (share) => `${(share * 100).toFixed(1)} %`;
const line = steps
  .filter((_, i) => i % SHOWN === 0)
  .map(({ done, mb }) => `${Math.round(done / 1000)}k: ${Math.round(mb)}`)
  .join(', ');
writeSection(
  'soak',
  `One server, 32 connections, requests to the tiny model. Resident memory in MB after so many requests: ${line}. From the first sample to the median of the last three until ${JUDGED.toLocaleString('en-US')}: ${percent(growth)} (to reach: less than ${MAX_GROWTH * 100} %); until ${REQUESTS.toLocaleString('en-US')}: ${percent(growthUntil(REQUESTS))}. Repeat with \`npm run bench:soak\`.`,
);
if (growth >= MAX_GROWTH) process.exitCode = 1;
