import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from '@swc/core';
import { checkSync } from 'recheck';

/*
 * A client's bytes meet regular expressions everywhere in the server. One that tries the same letters again and again makes a body of
 * some kilobytes stop the service. Each is analysed, as an automaton, for how its work grows with the length of the text.
 */

const TEMPLATE = join(import.meta.dirname, '..', 'template-files');
const FEATURES = join(TEMPLATE, 'features');
const FOLDERS = [
  join(TEMPLATE, 'base', 'src'),
  join(TEMPLATE, 'base', 'runtime'),
  ...readdirSync(FEATURES).map((name) => join(FEATURES, name, 'runtime')),
  join(TEMPLATE, 'base', 'public'),
];

interface Found {
  readonly file: string;
  readonly pattern: string;
  readonly flags: string;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

/** Every regular expression of a file, wherever it is in it. */
function expressionsOf(file: string): Found[] {
  const found: Found[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const part of node) walk(part);
    else if (typeof node === 'object' && node !== null) {
      const { type, pattern, flags } = node as { type?: string; pattern?: string; flags?: string };
      if (type === 'RegExpLiteral') {
        found.push({ file: relative(TEMPLATE, file), pattern: pattern ?? '', flags: flags ?? '' });
      }
      for (const part of Object.values(node)) walk(part);
    }
  };
  walk(parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript', target: 'es2022' }).body);
  return found;
}

/** How the work of an expression grows: `linear`, `safe` (bounded), or more. */
function growthOf({ pattern, flags }: Pick<Found, 'pattern' | 'flags'>): string {
  const found = checkSync(pattern, flags, { timeout: 30_000 });
  if (found.status === 'safe') return 'linear';
  return found.status === 'vulnerable' ? found.complexity.summary : `not known: ${found.error.kind}`;
}

process.env['RECHECK_BACKEND'] = 'pure';
const all = FOLDERS.flatMap(filesIn).flatMap(expressionsOf);

test('the expressions that once stopped the service are recognised', () => {
  const numbers = { pattern: '"(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?', flags: 'g' };
  expect(growthOf(numbers)).toBe('2nd degree polynomial');
  expect(growthOf({ pattern: '^[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?$', flags: '' })).toBe(
    '2nd degree polynomial',
  );
});

test('no expression of the server grows faster than the text that it reads', () => {
  expect(all.length).toBeGreaterThan(30);
  const growing = all.map((one) => ({ ...one, growth: growthOf(one) })).filter(({ growth }) => growth !== 'linear');
  expect(growing).toEqual([]);
});
