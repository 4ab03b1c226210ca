import { below, createChance } from './chance.mjs';

/** Hours that a condition has to hold before its alert fires: 30 minutes are within the next hour. */
const WAITS = { major: 1, minor: 3 };
const LONGEST = 168;
const RANGES = 10;

/** A normal feature: ranges of equal shares of a sample, and what lies below and above it. */
function createFeature(chance, rows) {
  const sample = Float64Array.from({ length: rows }, chance.normal).sort();
  const inner = Array.from({ length: RANGES - 1 }, (_, i) => sample[Math.floor(((i + 1) * rows) / RANGES)]);
  const edges = [sample[0], ...inner, sample[rows - 1]];
  const shares = Array.from({ length: RANGES }, (_, bin) => {
    const isIn = (value) => value >= edges[bin] && (value < edges[bin + 1] || bin === RANGES - 1);
    return sample.filter(isIn).length / rows;
  });
  const expected = (shift) => {
    const upTo = [...edges.map((edge) => below(edge - shift)), 1];
    return upTo.map((share, i) => share - (upTo[i - 1] ?? 0));
  };
  return { reference: { shares: [0, ...shares, 0], rows }, expected, hours: [] };
}

/**
 * Runs a service: a week as the reference is, then so many hours in which its first feature is shifted by so many deviations.
 * @param decide the conditions of an hour @returns the hours after the week in which an alert began to fire
 */
export function run({ seed, decide, rate, rows, features, hours, shift }) {
  const chance = createChance(seed);
  const all = Array.from({ length: features }, () => createFeature(chance, rows));
  const watched = all.map((feature) => ({ reference: feature.reference, counts: countsOf(feature) }));
  const since = new Map();
  const fired = [];
  for (let hour = -LONGEST; hour < hours; hour++) {
    for (const [i, feature] of all.entries()) {
      const expected = feature.expected(i === 0 && hour >= 0 ? shift : 0);
      feature.hours.push(expected.map((share) => chance.poisson(rate * share)));
      if (feature.hours.length > LONGEST) feature.hours.shift();
    }
    const holding = decide(watched);
    for (const name of since.keys()) if (!holding.includes(name)) since.delete(name);
    for (const name of holding) {
      if (!since.has(name)) since.set(name, hour);
      if (hour - since.get(name) === WAITS[name.split(' ')[0]] && hour >= 0) fired.push(hour);
    }
  }
  return fired;
}

function countsOf(feature) {
  return (hours) => {
    const recent = feature.hours.slice(-hours);
    return feature.reference.shares.map((_, bin) => recent.reduce((total, counts) => total + counts[bin], 0));
  };
}
