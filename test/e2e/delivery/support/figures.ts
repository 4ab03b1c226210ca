import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../support/packed.ts';

const folder = join(repositoryRoot, 'test', '.cache', 'figures', 'image');

/** Keeps what a test has measured of an image; `node test/bench/image.mjs` puts it into docs/BENCHMARKS.md. */
export function keepFigure(image: string, figures: Readonly<Record<string, number>>): void {
  // A file for each image: test files run side by side.
  const file = join(folder, `${image.replace(/\W+/g, '-')}.json`);
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { figures: object }).figures : {};
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ image, figures: { ...known, ...figures } }, null, 2));
}
