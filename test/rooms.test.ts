import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Imports point one way. Each room may import its own files and the rooms listed; a room that is missing here fails the
 * test, so that a new one is placed on purpose.
 */
const WORDS = ['errors.ts', 'hash.ts', 'tensor.ts'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'generators/errors.ts': [],
  'generators/hash.ts': [],
  'generators/tensor.ts': [],
  'generators/questions': WORDS,
  'generators/onnx': WORDS,
  'generators/render': [...WORDS, 'questions', 'onnx'],
  'generators/merge': [...WORDS, 'render'],
  'generators/migrations': [...WORDS, 'questions', 'render'],
  'generators/project': [...WORDS, 'questions', 'render'],
  'generators/apply': [...WORDS, 'project', 'render'],
  'generators/app': [...WORDS, 'questions', 'onnx', 'render', 'project', 'apply'],
  'generators/regenerate': [...WORDS, 'questions', 'render', 'merge', 'migrations', 'project', 'apply', 'app'],
  'generators/fleet': [...WORDS, 'questions', 'project', 'apply', 'regenerate'],
};
/** Only these rooms load libraries that are slow to start or that reach outside. */
const ONLY_IN: Readonly<Record<string, RegExp>> = {
  commander: /^bin\//,
  ejs: /^generators\/render\//,
  'yeoman-generator': /^generators\/(app|regenerate)\//,
  'yeoman-environment': /^generators\/(app|regenerate)\//,
  '@yeoman/adapter': /^generators\/(app|regenerate)\//,
  tinyexec: /^(generators\/(app|regenerate)|bin)\//,
  'node:child_process': /^generators\/(app|regenerate)\//,
};

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['bin', 'generators'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path)),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
}

function roomOf(file: string): string {
  const [top, second] = file.split(sep);
  return top === 'bin' ? 'bin' : `${top}/${second}`;
}

const own = sources.flatMap((file) =>
  importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => ({ file, target: relative(root, join(root, dirname(file), target)) })),
);

test('there is something to guard', () => {
  expect(sources.length).toBeGreaterThan(40);
  expect(own.length).toBeGreaterThan(100);
});

test.each(own.map(({ file, target }) => [file, target]))('%s may import %s', (file, target) => {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === 'bin' || from === to) return;
  expect(Object.keys(MAY_IMPORT)).toContain(from);
  expect(MAY_IMPORT[from]?.map((room) => `generators/${room}`)).toContain(to);
});

test.each(Object.entries(ONLY_IN))('%s is loaded only where it belongs', (library, where) => {
  const users = sources.filter((file) => importsOf(file).includes(library)).map((file) => file.split(sep).join('/'));
  expect(users.filter((file) => !where.test(file))).toEqual([]);
});

test('the start of the command line loads neither Yeoman nor the rooms', () => {
  const loaded = new Set<string>();
  const visit = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, target] of text.matchAll(/^(?:import|export)(?! type)[^;]*from '([^']+)'/gm)) {
      if (target?.startsWith('.')) visit(relative(root, join(root, dirname(file), target)));
      else loaded.add(target as string);
    }
  };
  visit(join('bin', 'main.ts'));
  expect([...loaded].filter((name) => /yeoman|inquirer|ejs|yaml|render|onnx|merge|apply/.test(name))).toEqual([]);
  expect([...loaded]).toEqual(expect.arrayContaining(['commander', join('bin', 'program.ts')]));
});
