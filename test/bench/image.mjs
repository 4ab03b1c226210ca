// What the image of a stamped-out repository weighs and how soon it answers, as the end-to-end tests have measured it.
//   node scripts/jest.mjs e2e --runInBand --testPathPatterns delivery/image && node test/bench/image.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { writeSection } from './report.mjs';

const COLUMNS = ['MB above the base', 'ms from start to ready', 'MiB resident'];

const folder = new URL('../.cache/figures/image/', import.meta.url);
const figures = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
const rows = figures.map(({ image, figures: measured }) => {
  const cells = COLUMNS.map((column) => {
    const value = measured[column];
    if (value === undefined) return '';
    return column.startsWith('MB') ? value.toFixed(1) : String(Math.round(value));
  });
  return `| ${image} | ${cells.join(' | ')} |`;
});
writeSection(
  'image',
  [
    `${cpus().length} cores of ${cpus()[0]?.model}; built with buildah, run with podman: read-only, without capabilities, with 256 MiB. The`,
    'base is Debian with Node.js alone. Resident is the whole process after the golden samples, with one worker a core.',
    '',
    `| the image of a service of | ${COLUMNS.join(' | ')} |`,
    `| --- ${'| --: '.repeat(COLUMNS.length)}|`,
    ...rows,
  ].join('\n'),
);
