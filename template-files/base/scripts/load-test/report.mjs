import { PERCENTILES } from './measure.mjs';

/** A run of the open loop that falls behind its rate by more is not at that rate. */
const KEPT_UP = 0.95;

/** What the runs reached, as a table for people. */
export function table(runs) {
  const head = ['loop', 'asked/s', 'served/s', 'errors', ...PERCENTILES.map((p) => `p${p}`), 'max ms'];
  const rows = runs.map(({ loop, asked, perSecond, errorRatio, latencyMs, maxMs }) => [
    loop,
    asked === undefined ? '-' : String(Math.round(asked)),
    String(Math.round(perSecond)),
    `${(errorRatio * 100).toFixed(2)} %`,
    ...PERCENTILES.map((p) => (latencyMs[p] < 1 ? '<1' : String(Math.round(latencyMs[p])))),
    String(Math.round(maxMs)),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  return [head, ...rows].map((row) => row.map((cell, i) => cell.padStart(widths[i])).join('  ')).join('\n');
}

/** The objectives that the open loop missed, in words; none when all are met. */
export function missed({ latencyMs, errorRatio, perSecond, asked }, objectives) {
  const misses = [];
  if (latencyMs[99] > objectives.p99Ms) {
    misses.push(`p99: expected at most ${objectives.p99Ms} ms, found ${latencyMs[99]} ms`);
  }
  if (errorRatio > objectives.errorRatio) {
    misses.push(`errors: expected at most ${objectives.errorRatio * 100} %, found ${(errorRatio * 100).toFixed(2)} %`);
  }
  if (perSecond < asked * KEPT_UP) {
    misses.push(`rate: asked ${Math.round(asked)}/s, served ${Math.round(perSecond)}/s`);
  }
  return misses;
}
