// What upgrades cost: the check in CI, the plan, and a fleet. Whole processes, interleaved, medians; ratios to `node -e 0`
// within one run. The repositories are those of the first release, as test/upgrade/released keeps it.
//   npm run build && node test/bench/upgrades.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeSection } from './report.mjs';

const REPEATS = 7;
const FLEET = 100;
const RELEASE = '0.1.0';
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'dist', 'create-ml-serving.js');
const work = mkdtempSync(join(tmpdir(), 'bench-upgrades-'));

/** What the process took in all and at its peak, told by itself. */
const TOLD = `data:text/javascript,process.on('exit',()=>console.error('peak '+process.resourceUsage().maxRSS))`;

function run(args, allowed = [0]) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', TOLD, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ms = performance.now() - start;
  if (!allowed.includes(status)) throw new Error(`${args.join(' ')}: ${status} ${stderr}`);
  return { ms, mb: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024 };
}

/** Repositories of both kinds, each with an edit of its own. */
function makeFleets() {
  const made = join(work, 'made');
  mkdirSync(made);
  execFileSync('tar', ['-xzf', join(root, 'test', 'upgrade', 'released', `${RELEASE}.tar.gz`), '-C', made]);
  run([bin, join(made, 'current'), '--yes', '--no-install', '--no-git']);
  const copies = (from, name) =>
    Array.from({ length: FLEET }, (_, index) => {
      const place = join(work, name, `service-${index}`);
      cpSync(join(made, from), place, { recursive: true });
      appendFileSync(join(place, 'README.md'), `\n## Ours\n\nService ${index}.\n`);
      return place;
    });
  return { behind: copies('my-model', 'behind'), current: copies('current', 'current') };
}

const { behind, current } = makeFleets();
const cases = {
  'node -e 0': ['-e', '0'],
  'regenerate --check, up to date': [bin, 'regenerate', current[0], '--check'],
  [`regenerate --check, a repository of ${RELEASE}`]: [bin, 'regenerate', behind[0], '--check'],
  'status, 1 repository up to date': [bin, 'status', current[0]],
  'status, 10 up to date': [bin, 'status', ...current.slice(0, 10)],
  [`status, ${FLEET} up to date`]: [bin, 'status', ...current],
  [`status, 10 of ${RELEASE}, each planned`]: [bin, 'status', ...behind.slice(0, 10)],
  [`status, ${FLEET} of ${RELEASE}, each planned`]: [bin, 'status', ...behind],
};
const results = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let i = 0; i < REPEATS; i++) {
  for (const [name, args] of Object.entries(cases)) results[name].push(run(args, [0, 2]));
}

const PLANS = [
  { files: 100, changed: 0 },
  { files: 100, changed: 10 },
  { files: 100, changed: 100 },
  { files: 800, changed: 80 },
];
const bundle = join(work, 'plan.mjs');
await build({
  entryPoints: [join(root, 'test/bench/plan.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
});
const plans = JSON.parse(execFileSync(process.execPath, [bundle, JSON.stringify(PLANS)], { encoding: 'utf8' }));
rmSync(work, { recursive: true });

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const bare = median(results['node -e 0'].map(({ ms }) => ms));
const rows = Object.entries(results).map(([name, values]) => {
  const ms = median(values.map((value) => value.ms));
  return `| ${name} | ${ms.toFixed(0)} ms | ${(ms / bare).toFixed(1)} | ${median(values.map(({ mb }) => mb)).toFixed(0)} MB |`;
});
writeSection(
  'upgrades',
  [
    `Node.js ${process.versions.node}, ${availableParallelism()} cores of ${cpus()[0].model.trim()}; medians of ${REPEATS} interleaved runs of whole processes. Repeat with \`npm run build && npm run bench:upgrades\`.`,
    '',
    '| command | median | × node alone | peak memory |',
    '| --- | --: | --: | --: |',
    ...rows,
    '',
    'The plan alone, inside a process, of files with 120 lines; those that both sides changed are merged line by line:',
    '',
    '| files | changed by both | median |',
    '| --: | --: | --: |',
    ...PLANS.map(({ files, changed }, index) => `| ${files} | ${changed} | ${plans[index].toFixed(1)} ms |`),
  ].join('\n'),
);
