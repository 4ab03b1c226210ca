import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every room may use these words; they import nothing but each other. */
const WORDS = ['contents.ts', 'errors.ts', 'hash.ts', 'tensor.ts', 'tree.ts'];
/*
 * Imports point one way. Each room may import its own files, the words and the rooms listed; a room that is missing here
 * fails the test, so that a new one is placed on purpose, and so does a room that is listed and not imported.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(WORDS.map((word) => [word, []])),
  questions: [],
  onnx: [],
  render: ['questions', 'onnx'],
  merge: [],
  policy: ['questions'],
  migrations: ['merge'],
  project: ['questions', 'policy'],
  apply: ['project'],
  app: ['questions', 'policy', 'onnx', 'render', 'project', 'apply'],
  regenerate: ['questions', 'policy', 'render', 'merge', 'migrations', 'project', 'apply', 'app'],
  fleet: ['questions', 'policy', 'project', 'apply', 'regenerate'],
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
  return top === 'bin' ? 'bin' : (second as string);
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
  expect([...WORDS, ...(MAY_IMPORT[from] ?? [])]).toContain(to);
});

test.each(Object.entries(MAY_IMPORT))('%s is there and imports all that it may', (room, rooms) => {
  expect(sources.map(roomOf)).toContain(room);
  const imported = own.filter(({ file }) => roomOf(file) === room).map(({ target }) => roomOf(target));
  expect(rooms.filter((other) => !imported.includes(other))).toEqual([]);
});

test('every room stands here and, once, in the table of docs/ARCHITECTURE.md, above all that it imports', () => {
  const text = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (`(?:bin|generators)\/[^|]*) \|/gm)].map(([, first]) =>
    [...(first as string).matchAll(/`(?:generators\/)?([^/`]+)\/?`/g)].map(([, room]) => room as string),
  );
  const order = rows.flat();
  expect([...order].sort()).toEqual(['bin', ...Object.keys(MAY_IMPORT)].sort());
  expect([...new Set(sources.map(roomOf))].sort()).toEqual([...order].sort());
  const rowOf = (file: string) => rows.findIndex((rooms) => rooms.includes(roomOf(file)));
  const upwards = own.filter(({ file, target }) => rowOf(file) > rowOf(target));
  expect(upwards).toEqual([]);
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
