// What it costs to watch the model: drift counters, feedback, the prediction log and a shadow, beside the same service without
// them; and the full prediction log by the width of the model. Linux, with Python 3, wrk (apt-get install wrk) and two cores:
// servers are pinned to the first, the client to the second.
//   npm run bench:monitoring              into docs/BENCHMARKS.md (about 25 minutes)
//   npm run bench:monitoring -- --short   one quick round, printed only
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSection } from '../report.mjs';
import { prepare } from '../serving/prepare.mjs';
import { GROUPS } from './groups.mjs';
import { measureGroup } from './measure.mjs';
import { report } from './tables.mjs';

const { values: options } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const plan = options.short
  ? { processes: 1, warmUp: { rounds: 1, requests: 20_000 }, repeats: 3, seconds: 1 }
  : { processes: 9, warmUp: { rounds: 4, requests: 100_000 }, repeats: 4, seconds: 1 };

const place = prepare();
const scratch = mkdtempSync(join(tmpdir(), 'bench-monitoring-'));
try {
  const watched = await measureGroup(place, scratch, GROUPS.watched, plan);
  const logged = [];
  for (const group of GROUPS.logged) {
    rmSync(scratch, { recursive: true });
    logged.push(await measureGroup(place, scratch, group, plan));
  }
  const text = report({ watched, logged }, plan);
  if (options.short) console.log(text);
  else writeSection('monitoring', text);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
