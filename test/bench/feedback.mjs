/**
 * Simulates the alerts on accuracy and errors by feedback: false alerts in a month of unchanged quality, and the time to detection
 * after a drop, at several rates of labels. Beside them the rule of versions before 0.9.0 (five points at 100 labels a day).
 * `node test/bench/feedback.mjs [months]`; the formulas are those of template-files/partials/accuracy-rules.yaml.ejs.
 */

const HOUR = 1;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;
const HISTORY = 15 * DAY;
const [Z, MARGIN, LEAST] = [3, 0.02, 30];
const months = Number(process.argv[2] ?? 200);

/** mulberry32: the same numbers in every run. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function poisson(random, mean) {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let [count, product] = [0, random()];
  for (const limit = Math.exp(-mean); product > limit; count++) product *= random();
  return count;
}

function binomial(random, n, p) {
  if (n * p * (1 - p) > 50)
    return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * normal(random))));
  let count = 0;
  for (let i = 0; i < n; i++) count += random() < p ? 1 : 0;
  return count;
}

const wilson = (k, n, sign) => (k + Z ** 2 / 2 + sign * Z * Math.sqrt((k * (n - k)) / n + Z ** 2 / 4)) / (n + Z ** 2);

/** Whether the lower bound of a drop in accuracy is above the margin. */
function dropped([k0, n0], [k1, n1]) {
  if (n1 < LEAST || n0 === 0) return false;
  const [p0, p1] = [k0 / n0, k1 / n1];
  return p0 - p1 - Math.hypot(p0 - wilson(k0, n0, -1), wilson(k1, n1, 1) - p1) > MARGIN;
}

/** Cumulated hours: `right[t]` and `all[t]` before hour t. */
function simulate(random, perDay, accuracyAt, hours) {
  const right = new Float64Array(hours + 1);
  const all = new Float64Array(hours + 1);
  for (let t = 0; t < hours; t++) {
    const n = poisson(random, perDay / DAY);
    all[t + 1] = all[t] + n;
    right[t + 1] = right[t] + binomial(random, n, accuracyAt(t));
  }
  return { right, all };
}

const within = ({ right, all }, from, to) => [right[to] - right[Math.max(0, from)], all[to] - all[Math.max(0, from)]];

const RULES = {
  'before 0.9.0'(series) {
    const ratio = new Float64Array(series.all.length).fill(Number.NaN);
    for (let t = DAY; t < ratio.length; t++) {
      const [k, n] = within(series, t - DAY, t);
      if (n >= 100) ratio[t] = k / n;
    }
    return (t) => {
      const before = ratio.subarray(Math.max(0, t - 15 * DAY), t - DAY + 1).filter((one) => !Number.isNaN(one));
      if (before.length === 0 || Number.isNaN(ratio[t])) return false;
      return before.reduce((a, b) => a + b, 0) / before.length - ratio[t] > 0.05;
    };
  },
  now: (series) => (t) => dropped(within(series, t - 15 * DAY, t - DAY), within(series, t - DAY, t)),
  'now, 7 days': (series) => (t) => dropped(within(series, t - 14 * DAY, t - 7 * DAY), within(series, t - 7 * DAY, t)),
};
/** Hours for which a condition has to hold. */
const WAIT = { 'before 0.9.0': 1, now: 1, 'now, 7 days': 6 };

/** Hours at which an alert begins to fire. */
function alertsOf(series, name, from) {
  const holds = RULES[name](series);
  const starts = [];
  let held = 0;
  for (let t = from; t < series.all.length; t++) {
    held = holds(t) ? held + 1 : 0;
    if (held === WAIT[name] + 1) starts.push(t);
  }
  return starts;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rates = [10, 30, 100, 300, 1000, 10_000];

console.log(
  '| labels a day | rule | false alerts a month | days until a drop of 5, 10, 20 points is found (median) |\n|---|---|---|---|',
);
for (const perDay of rates) {
  for (const name of Object.keys(RULES)) {
    const random = randomOf(17);
    let alerts = 0;
    for (let m = 0; m < months; m++) {
      alerts += alertsOf(
        simulate(random, perDay, () => 0.9, HISTORY + MONTH),
        name,
        HISTORY,
      ).length;
    }
    const found = [0.05, 0.1, 0.2].map((drop) => {
      const at = [];
      for (let m = 0; m < Math.max(21, months / 5); m++) {
        const series = simulate(random, perDay, (t) => (t < HISTORY ? 0.9 : 0.9 - drop), HISTORY + 14 * DAY);
        at.push(alertsOf(series, name, HISTORY)[0] ?? Number.POSITIVE_INFINITY);
      }
      const days = (median(at) - HISTORY) / DAY;
      return Number.isFinite(days) ? days.toFixed(1) : 'never';
    });
    console.log(`| ${perDay} | ${name} | ${(alerts / months).toFixed(3)} | ${found.join(', ')} |`);
  }
}
