import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../support/packed.ts';

const file = join(repositoryRoot, 'test', '.cache', 'figures', 'image.json');

/** Keeps what a test has measured; `node test/bench/image.mjs` puts it into docs/BENCHMARKS.md. */
export function keepFigure(image: string, figures: Readonly<Record<string, number>>): void {
  const all = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>) : {};
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...all, [image]: { ...all[image], ...figures } }, null, 2));
}
