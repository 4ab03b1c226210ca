import fc from 'fast-check';
import { stringify } from 'yaml';
import { mergeContents } from '../../generators/merge/contents.ts';
import { formatOf } from '../../generators/merge/formats.ts';
import { equal, isList, isMap, serialise, type Value } from '../../generators/merge/values/value.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

const key = fc.constantFrom('a', 'b', 'c', 'name', 'files', 'dependencies', '__proto__', 'x y');
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(0, 1, true, null, 'text', '', '1.0.0', '^1.2.0', 'yes', '# no', '- x', 'a: b', 'line\nline\n'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.record({ name: fc.constantFrom('p', 'q', 'r'), v: fc.nat(3) }), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));
const document = fc.dictionary(key, value, { maxKeys: 5 });

const writers: Readonly<Record<string, (data: unknown) => string>> = {
  'package.json': (data) => `${JSON.stringify(data, null, 2)}\n`,
  'serving.yaml': (data) => stringify(data, { lineWidth: 0, aliasDuplicateObjects: false }),
};

function merge(path: string, texts: readonly [string, string, string]) {
  const [base, yours, theirs] = texts.map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
  const { bytes, conflict, notes } = mergeContents(path, { base, yours, theirs }, labels);
  return { text: Buffer.from(bytes).toString('utf8'), conflict, notes };
}

function parse(path: string, text: string): Value {
  const parsed = formatOf(path)?.parse(text);
  if (parsed === undefined) throw new Error(`not readable: ${text}`);
  return parsed;
}

/** Scalars with the keys that lead to them; places in lists do not count. */
function leaves(of: Value, path = ''): string[] {
  if (isMap(of)) return [...of].flatMap(([name, inner]) => leaves(inner, `${path}/${name}`));
  if (isList(of)) return of.flatMap((inner) => leaves(inner, `${path}/*`));
  return [`${path}=${serialise(of)}`];
}

describe.each(Object.entries(writers))('%s', (path, write) => {
  const sides = fc.tuple(document, document, document).map((all) => all.map(write) as [string, string, string]);

  it('can always be read, and holds every value that a person wrote', () => {
    fc.assert(
      fc.property(sides, (texts) => {
        const { text, notes } = merge(path, texts);
        const merged = new Set(leaves(parse(path, text)));
        const base = new Set(leaves(parse(path, texts[0])));
        // A version that both moved may become the template's; that is said.
        const said = notes.some((note) => note.includes('the higher, is taken'));
        const own = leaves(parse(path, texts[1])).filter(
          (leaf) => !base.has(leaf) && !(said && leaf.includes('/dependencies/')),
        );
        expect(own.filter((leaf) => !merged.has(leaf))).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it('is the template’s where the person changed nothing, and the person’s where the template changed nothing', () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        expect(merge(path, [write(a), write(a), write(b)])).toMatchObject({ text: write(b), conflict: null });
        expect(merge(path, [write(a), write(b), write(a)])).toMatchObject({ text: write(b), conflict: null });
      }),
      { numRuns: 300 },
    );
  });

  it('takes both sides where they touch other keys', () => {
    const base = { one: { x: 1, y: [1, 2] }, two: { x: 1 }, three: 3 };
    fc.assert(
      fc.property(value, value, (mine, its) => {
        const texts = [base, { ...base, one: mine, four: mine }, { ...base, two: its, five: its }].map(write);
        const { text, conflict } = merge(path, texts as [string, string, string]);
        expect(conflict).toBeNull();
        const both = write({ one: mine, two: its, three: 3, four: mine, five: its });
        expect(equal(parse(path, text), parse(path, both))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
