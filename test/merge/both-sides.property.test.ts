import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { mergeContents } from '../../generators/merge/contents.ts';
import { formatOf } from '../../generators/merge/formats.ts';
import { isList, isMap, serialise, type Value } from '../../generators/merge/values/value.ts';
import { folderWith } from '../support/folder.ts';

/*
 * Both sides edit one document as people do: values, keys, elements of lists with and without names, new names. What is reported
 * clean has to hold what both did, once; what is not merged has to be named.
 */

/** The same documents on every machine; another number finds others. */
const seed = 20_261_130;

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

type Data = string | number | boolean | null | Data[] | { [key: string]: Data };
type Parent = Data[] | { [key: string]: Data };

const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
const command = fc.constantFrom('npm ci', 'npm test', 'npm run lint', './deploy.sh --wait', 'docker build .');
const limits = fc.dictionary(fc.constantFrom('maxQueue', 'timeoutMs', 'workers', 'threads'), fc.nat(3), { minKeys: 1 });
const named = fc.uniqueArray(
  fc.record({ name: word, value: fc.nat(2), image: fc.constantFrom('repo/server:1', 'repo/proxy:1'), limits }),
  {
    maxLength: 3,
    selector: ({ name }) => name,
  },
);
const steps = fc.array(
  fc.oneof(
    fc.record({ run: command }),
    fc.record({ uses: fc.constantFrom('actions/checkout@1', 'actions/setup-node@1'), with: limits }),
    fc.record({ run: command, env: limits }),
  ),
  { maxLength: 4 },
);
const document = fc.record({
  limits,
  containers: named,
  jobs: fc.dictionary(word, fc.record({ image: fc.constantFrom('ubuntu-24.04', 'self-hosted'), steps }), {
    minKeys: 1,
    maxKeys: 3,
  }),
  hosts: fc.uniqueArray(word, { maxLength: 3 }),
  note: fc.constantFrom('one line', 'two\nlines\n'),
}) as unknown as fc.Arbitrary<Data>;

interface Step {
  readonly at: number;
  readonly kind: 'set' | 'add' | 'remove' | 'rename';
  readonly which: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  at: fc.nat(60),
  kind: fc.constantFrom('set', 'set', 'add', 'remove', 'rename'),
  which: fc.nat(8),
});

function collections(data: Data): Parent[] {
  if (typeof data !== 'object' || data === null) return [];
  return [data, ...Object.values(data).flatMap(collections)];
}

function put(parent: Parent, name: string, value: Data): void {
  (parent as { [key: string]: Data })[name] = value;
}

/** Gives a key another name at its place, or an element another value of its name. */
function rename(parent: Parent, key: string, to: string): void {
  if (Array.isArray(parent)) {
    const element = parent[Number(key)];
    if (typeof element === 'object' && element !== null && 'name' in element) put(element as Parent, 'name', to);
    return;
  }
  const entries = Object.entries(parent);
  for (const [name] of entries) delete parent[name];
  for (const [name, value] of entries) parent[name === key ? to : name] = value;
}

function added(parent: Data[], mark: string, index: number): Data {
  const [sample] = parent;
  if (typeof sample !== 'object' || sample === null) return `${mark}${index}`;
  return 'name' in sample
    ? { name: `${mark}-name-${index}`, image: `${mark}-image-${index}` }
    : { run: `./${mark}-${index}.sh` };
}

/** What one side makes of the base; its values carry its mark. */
function edited(base: Data, all: readonly Step[], mark: string): Data {
  const data = structuredClone(base);
  for (const [index, { at, kind, which }] of all.entries()) {
    const places = collections(data);
    const parent = places[at % places.length] as Parent;
    const keys = Object.keys(parent);
    const key = keys[which % Math.max(keys.length, 1)];
    if (kind === 'add' && Array.isArray(parent))
      parent.splice(which % (parent.length + 1), 0, added(parent, mark, index));
    else if (kind === 'add') put(parent, `${mark}Key${index}`, `${mark}${index}`);
    else if (key === undefined) continue;
    else if (kind === 'remove') Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key];
    else if (kind === 'rename') rename(parent, key, `${mark}-name-${index}`);
    else if (typeof (parent as { [key: string]: Data })[key] !== 'object') put(parent, key, `${mark}${index}`);
  }
  return data;
}

/** Scalars and names of keys, and how often. Where they are does not count: a key or an element may have got another name. */
function tokens(of: Value, found = new Map<string, number>()): Map<string, number> {
  const count = (token: string) => found.set(token, (found.get(token) ?? 0) + 1);
  if (isMap(of)) {
    for (const [key, inner] of of) {
      count(`key ${key}`);
      tokens(inner, found);
    }
  } else if (isList(of)) for (const inner of of) tokens(inner, found);
  else count(serialise(of));
  return found;
}

/** Whether each list whose elements had names of their own on all sides has them still. */
function namesTwice(of: Value): string[] {
  if (isMap(of)) return [...of.values()].flatMap(namesTwice);
  if (!isList(of)) return [];
  const names = of.flatMap((one) =>
    isMap(one) && typeof one.get('name') === 'string' ? [String(one.get('name'))] : [],
  );
  return [...names.filter((name, index) => names.indexOf(name) !== index), ...of.flatMap(namesTwice)];
}

const writers: Readonly<Record<string, (data: Data) => string>> = {
  'deploy/a.yaml': (data) => stringify(data, { lineWidth: 0, aliasDuplicateObjects: false }),
  'package.json': (data) => `${JSON.stringify(data, null, 2)}\n`,
};

function parse(path: string, text: string): Value {
  const parsed = formatOf(path)?.parse(text);
  if (parsed === undefined) throw new Error(`not readable: ${text}`);
  return parsed;
}

function merge(path: string, [base, yours, theirs]: Texts) {
  const sides = { base: Buffer.from(base), yours: Buffer.from(yours), theirs: Buffer.from(theirs) };
  const { bytes, conflict, notes } = mergeContents(path, sides, labels);
  return { text: Buffer.from(bytes).toString('utf8'), conflict, notes };
}

type Texts = readonly [base: string, yours: string, theirs: string];

/** How often a token has to be in a clean merge: what each side added or took away, once where both did the same. */
function expected(base: number, yours: number, theirs: number): readonly [least: number, most: number] {
  const [own, its] = [yours - base, theirs - base];
  const sum = base + own + its;
  if (own > 0 && its > 0) return [base + Math.max(own, its), sum];
  if (own < 0 && its < 0) return [sum, base + Math.min(own, its)];
  return [sum, sum];
}

/** A side may add a key at one place and remove it at another, and the other side may have done one of the two as well. */
function between(base: number, yours: number, theirs: number): readonly [least: number, most: number] {
  const all = [yours, theirs, yours + theirs - base];
  return [Math.min(...all), Math.max(...all)];
}

function wrong(path: string, texts: Texts, merged: string): string[] {
  const [base, yours, theirs, result] = [...texts, merged].map((text) => tokens(parse(path, text)));
  const all = new Set([base, yours, theirs, result].flatMap((side) => [...(side?.keys() ?? [])]));
  return [...all].filter((token) => {
    const count = (side: typeof base) => side?.get(token) ?? 0;
    const counts = [count(base), count(yours), count(theirs)] as const;
    const [least, most] = token.startsWith('key ') ? between(...counts) : expected(...counts);
    return count(result) < least || count(result) > most;
  });
}

describe.each(Object.entries(writers))('%s', (path, write) => {
  const sides = fc
    .tuple(document, fc.array(step, { maxLength: 4 }), fc.array(step, { maxLength: 4 }))
    .map(
      ([base, own, its]): Texts => [write(base), write(edited(base, own, 'yours')), write(edited(base, its, 'theirs'))],
    );

  it('holds the changes of both sides once, where it is reported clean', () => {
    let clean = 0;
    fc.assert(
      fc.property(sides, (texts) => {
        const { text, conflict, notes } = merge(path, texts);
        const value = parse(path, text);
        if (conflict !== null) return;
        expect(namesTwice(value)).toEqual([]);
        if (notes.length > 0) return;
        clean++;
        expect(wrong(path, texts, text)).toEqual([]);
        // The next run, whose base is the template that was just merged, has nothing left to do.
        expect(merge(path, [texts[2], text, texts[2]])).toEqual({ text, conflict: null, notes: [] });
      }),
      { numRuns: 1500, seed },
    );
    expect(clean).toBeGreaterThan(600);
  });

  it('names what it does not hold of the template, and holds all that the person wrote', () => {
    fc.assert(
      fc.property(sides, (texts) => {
        const { text, conflict, notes } = merge(path, texts);
        const result = tokens(parse(path, text));
        const [base, yours, theirs] = texts.map((side) => tokens(parse(path, side)));
        for (const [token, count] of yours ?? []) {
          if (token.includes('yours') && count > (base?.get(token) ?? 0)) expect([...result.keys()]).toContain(token);
        }
        const named = (conflict?.keys ?? []).map(({ theirs: short, text: long }) => `${short}\n${long}`).join('\n');
        for (const token of theirs?.keys() ?? []) {
          const mark = /theirs[-\w]*\d/.exec(token)?.[0];
          if (mark === undefined || result.has(token) || notes.length > 0) continue;
          expect(named).toContain(mark);
        }
      }),
      { numRuns: 1000, seed },
    );
  });

  it('comes to the same as `git merge-file`, where both are clean', () => {
    const folder = folderWith({});
    let compared = 0;
    fc.assert(
      fc.property(sides, (texts) => {
        const { text, conflict, notes } = merge(path, texts);
        if (conflict !== null || notes.length > 0 || text === texts[1]) return;
        for (const [index, name] of ['base', 'yours', 'theirs'].entries())
          writeFileSync(join(folder, name), texts[index] as string);
        let merged: string;
        try {
          merged = execFileSync('git', ['merge-file', '-p', 'yours', 'base', 'theirs'], {
            cwd: folder,
            stdio: 'pipe',
          }).toString();
        } catch {
          return;
        }
        const theirs = formatOf(path)?.parse(merged);
        // Git knows nothing of commas, keys and names.
        if (theirs === undefined || wrong(path, texts, merged).length > 0) return;
        compared++;
        expect(tokens(parse(path, text))).toEqual(tokens(theirs));
      }),
      { numRuns: 150, seed },
    );
    expect(compared).toBeGreaterThan(12);
  });
});

it('keeps each line that the person has put a comment on', () => {
  const path = 'deploy/a.yaml';
  const write = writers[path] as (data: Data) => string;
  const commented = fc.tuple(
    document,
    fc.array(step, { maxLength: 2 }),
    fc.array(step, { maxLength: 5 }),
    fc.array(fc.nat(60), { maxLength: 3 }),
  );
  let conflicts = 0;
  fc.assert(
    fc.property(commented, ([base, own, its, places]) => {
      const lines = write(edited(base, own, 'yours'))
        .trimEnd()
        .split('\n');
      // In a text of several lines it would be no comment.
      const fit = lines.flatMap((line, index) => (/^ *(- )?\w+: ?[^|]*$/.test(line) ? [index] : []));
      for (const place of places) {
        const at = fit[place % Math.max(fit.length, 1)];
        if (at !== undefined && !lines[at]?.includes('#')) lines[at] = `${lines[at]} # mine ${place}`;
      }
      const { text, conflict } = merge(path, [
        write(base),
        `${lines.join('\n')}\n`,
        write(edited(base, its, 'theirs')),
      ]);
      const left = new Set(text.split('\n').map((line) => line.replace(/^[ -]*/, '')));
      for (const line of lines.filter((one) => one.includes('# mine')))
        expect([...left]).toContain(line.replace(/^[ -]*/, ''));
      if (conflict?.keys.some(({ why }) => why === 'commented')) conflicts++;
    }),
    { numRuns: 1000, seed },
  );
  expect(conflicts).toBeGreaterThan(10);
});
