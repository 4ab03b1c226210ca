// False alarms and the time to detection of the alerts on drift of features, by a simulation of the rules: as they are, and as they
// were in 0.8.0.
//   npm run bench:drift              into docs/BENCHMARKS.md (a few minutes)
//   npm run bench:drift -- --short   few months, printed only
import { parseArgs } from 'node:util';
import { table, writeSection } from '../report.mjs';
import { after, before, checkNumbers } from './rules.mjs';
import { run } from './simulate.mjs';

const { values: options } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const MONTHS = options.short ? 4 : 40;
const MONTH = 720;
const FEATURES = 10;
const SHIFTS = [
  { name: 'slight', shift: 0.4 },
  { name: 'strong', shift: 1 },
];

checkNumbers();
const seeds = Array.from({ length: MONTHS }, (_, i) => i + 1);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function falseAlarms(decide, rate, rows) {
  const fired = seeds.map(
    (seed) => run({ seed, decide, rate, rows, features: FEATURES, hours: MONTH, shift: 0 }).length,
  );
  const months = fired.filter((count) => count > 0).length;
  return `${(fired.reduce((a, b) => a + b) / MONTHS).toFixed(2)} (${((months / MONTHS) * 100).toFixed(0)} %)`;
}

/** The median hours until an alert; of services that alarm anyway it means nothing, so they have no part in it. */
function detection(decide, rate, rows, shift) {
  const times = seeds.map(
    (seed) => run({ seed, decide, rate, rows, features: FEATURES, hours: MONTH, shift })[0] ?? Infinity,
  );
  const typical = median(times);
  return Number.isFinite(typical) ? `${typical} h` : 'never';
}

const lines = [];
for (const rows of [100, 1000, 10_000]) {
  for (const rate of [1, 60, 3600]) {
    const cells = [before, after].map((decide) => [
      falseAlarms(decide, rate, rows),
      ...SHIFTS.map(({ shift }) => detection(decide, rate, rows, shift)),
    ]);
    lines.push([`${rate.toLocaleString('en-US')} an hour`, rows.toLocaleString('en-US'), ...cells.flat()]);
  }
}
const heads = ['false alarms a month', ...SHIFTS.map(({ name, shift }) => `${name} shift (${shift} σ)`)];
const text = [
  `${FEATURES} independent normal features of ten bins, ${MONTHS} months of each case, each with a reference of its own; in brackets the share of the months that had any. ` +
    'A shift is that of one feature; its time is the median until an alert of any band, or never within 30 days. Repeat with `npm run bench:drift`.',
  '',
  table(['predictions', 'rows of the reference', ...heads.map((head) => `${head}, 0.8.0`), ...heads], lines),
].join('\n');
if (options.short) console.log(text);
else writeSection('drift', text);
