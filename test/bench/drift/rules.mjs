import { readFileSync } from 'node:fs';

/*
 * What monitoring/rules/drift.yaml decides, hour by hour: as it is, and as it was in 0.8.0. `counts(hours)` are the rows of each bin in
 * so many hours; `reference` has the shares of its bins and its rows.
 */

const MAJOR = 0.25;
const MINOR = 0.1;
const DEVIATIONS = 7;
const SHARE = 0.1;
const LEAST_ROWS = 100;
const MOST_DEVIATION = 0.05;
const WINDOWS = [6, 24, 168];

/** @throws where the rules have other numbers than these */
export function checkNumbers() {
  const rules = readFileSync(
    new URL('../../../template-files/base/monitoring/rules/drift.yaml.ejs', import.meta.url),
    'utf8',
  );
  for (const [number, times] of [
    [`> ${MAJOR}`, 2],
    [`> ${MINOR}`, 2],
    [`>= ${SHARE}\n`, 1],
    [`> ${DEVIATIONS} * `, 1],
    [`>= ${LEAST_ROWS})`, 1],
    [`<= ${MOST_DEVIATION})`, 1],
  ]) {
    const found = rules.split(number).length - 1;
    if (found < times)
      throw new Error(`drift.yaml.ejs has "${number.trim()}" ${found} times, not ${times}: adapt this file`);
  }
  const windows = [...rules.matchAll(/hours: (\d+) \}/g)].map(([, hours]) => Number(hours));
  if (windows.join() !== WINDOWS.join()) throw new Error(`drift.yaml.ejs has the windows ${windows}: adapt this file`);
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The index of 6 hours and at least 500 rows; each feature is an alert. */
function indexBefore(counts, { shares }) {
  const live = counts(6);
  const rows = sum(live);
  if (rows < 500) return undefined;
  return sum(
    live.map((count, bin) => {
      const [now, then] = [Math.max(count / rows, 1e-4), Math.max(shares[bin], 1e-4)];
      return (now - then) * Math.log(now / then);
    }),
  );
}

/** The index of the shortest window with enough rows, and its deviation by chance. */
function indexAfter(counts, { shares, rows: known }) {
  const bins = shares.filter((share) => share > 0).length;
  for (const hours of WINDOWS) {
    const live = counts(hours);
    const rows = sum(live);
    const deviation = Math.sqrt(2 * (bins - 1)) * (1 / rows + 1 / known);
    if (rows < LEAST_ROWS || deviation > MOST_DEVIATION) continue;
    const terms = live.map((count, bin) => {
      if (count === 0 && shares[bin] === 0) return 0;
      const now = (count + 0.5) / (rows + 0.5 * bins);
      const then = (shares[bin] * known + 0.5) / (known + 0.5 * bins);
      return (now - then) * Math.log(now / then);
    });
    return { index: sum(terms) - Math.sqrt((bins - 1) / 2) * deviation, deviation };
  }
  return undefined;
}

/** Conditions of the alerts at this hour, by name: an alert of each feature and band. */
export function before(features) {
  return features.flatMap(({ counts, reference }, i) => {
    const index = indexBefore(counts, reference);
    if (index === undefined || index <= MINOR) return [];
    return [index > MAJOR ? `major ${i}` : `minor ${i}`];
  });
}

/** The same of one summary for all features. */
export function after(features) {
  const found = features.map(({ counts, reference }) => indexAfter(counts, reference)).filter(Boolean);
  const sure = found.filter(({ index, deviation }) => index > DEVIATIONS * deviation);
  if (sure.some(({ index }) => index > MAJOR)) return ['major'];
  const slight = sure.filter(({ index }) => index > MINOR);
  return slight.length > 0 && slight.length >= SHARE * found.length ? ['minor'] : [];
}
