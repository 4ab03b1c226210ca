import { PERCENTILES } from './measure.mjs';

const WIDTH = 720;
const HEIGHT = 400;
const EDGE = { left: 70, right: 30, top: 50, bottom: 50 };
const COLOURS = ['#0072b2', '#d55e00'];

/** Latency by percentile, one line a run, on a logarithmic scale, with the objective as a dashed line. */
export function picture(runs, { p99Ms }, title) {
  // What takes less than a millisecond is drawn at half of one.
  const shown = (ms) => Math.max(ms, 0.5);
  const highest = Math.max(p99Ms, ...runs.flatMap(({ latencyMs }) => Object.values(latencyMs)));
  const decades = Math.ceil(Math.log10(highest * 1.2));
  const x = (i) => EDGE.left + (i * (WIDTH - EDGE.left - EDGE.right)) / (PERCENTILES.length - 1);
  const y = (ms) => {
    const part = (Math.log10(shown(ms)) - Math.log10(0.5)) / (decades - Math.log10(0.5));
    return HEIGHT - EDGE.bottom - part * (HEIGHT - EDGE.top - EDGE.bottom);
  };
  const line = (from, to, style) => `<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" ${style}/>`;
  const text = (at, words, style = '') => `<text x="${at[0]}" y="${at[1]}" ${style}>${escaped(words)}</text>`;

  const ticks = Array.from({ length: decades + 1 }, (_, i) => 10 ** i).flatMap((ms) => [
    line([EDGE.left, y(ms)], [WIDTH - EDGE.right, y(ms)], 'stroke="#ddd"'),
    text([EDGE.left - 8, y(ms) + 4], `${ms} ms`, 'text-anchor="end"'),
  ]);
  const names = PERCENTILES.map((p, i) => text([x(i), HEIGHT - EDGE.bottom + 20], `p${p}`, 'text-anchor="middle"'));
  const objective = [
    line([EDGE.left, y(p99Ms)], [WIDTH - EDGE.right, y(p99Ms)], 'stroke="#444" stroke-dasharray="6 4"'),
    text([EDGE.left + 6, y(p99Ms) - 6], `objective for p99: ${p99Ms} ms`),
  ];
  const lines = runs.flatMap((run, r) => {
    const points = PERCENTILES.map((p, i) => `${x(i)},${y(run.latencyMs[p])}`).join(' ');
    const label = `${run.loop} loop, ${Math.round(run.perSecond)}/s`;
    return [
      `<polyline points="${points}" fill="none" stroke="${COLOURS[r]}" stroke-width="2"/>`,
      text([WIDTH - EDGE.right, EDGE.top - 6 - 18 * (1 - r)], label, `text-anchor="end" fill="${COLOURS[r]}"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text([EDGE.left, 24], title, 'font-size="15"'),
    ...[...ticks, ...names, ...objective, ...lines],
    '</svg>\n',
  ].join('\n');
}

function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
