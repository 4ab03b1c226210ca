import fc from 'fast-check';
import { stringify } from 'yaml';
import { mergeContents } from '../../generators/merge/contents.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };
const key = fc.constantFrom('a', 'b', 'c', 'd');
const leaf = fc.oneof(fc.nat(9), fc.constantFrom('x', 'y'));
const inner = fc.oneof(
  leaf,
  fc.dictionary(key, leaf, { minKeys: 1, maxKeys: 3 }),
  fc.array(leaf, { minLength: 1, maxLength: 3 }),
);
const document = fc.dictionary(key, fc.oneof(inner, fc.dictionary(key, inner, { minKeys: 1, maxKeys: 3 })), {
  minKeys: 1,
  maxKeys: 4,
});

const formats = {
  'serving.yaml': { write: (data: unknown) => stringify(data), sign: '# ' },
  'tsconfig.json': { write: (data: unknown) => `${JSON.stringify(data, null, 2)}\n`, sign: '// ' },
} as const;

/** Puts comments at the ends of lines and on lines of their own. */
function commented(text: string, sign: string, places: readonly { line: number; own: boolean }[]): string {
  const lines = text.trimEnd().split('\n');
  const notes = places.map(({ line, own }, index) => ({ at: line % lines.length, own, note: `${sign}mine ${index}` }));
  const out = lines.flatMap((line, at) => {
    const here = notes.filter((note) => note.at === at);
    const above = here.filter(({ own }) => own).map(({ note }) => `${/^ */.exec(line)?.[0]}${note}`);
    const behind = here.filter(({ own }) => !own).map(({ note }) => note);
    return [...above, behind.length > 0 ? `${line} ${behind.join(' ')}` : line];
  });
  return `${out.join('\n')}\n`;
}

describe.each(Object.entries(formats))('%s', (path, { write, sign }) => {
  it('keeps every comment that a person wrote', () => {
    const places = fc.array(fc.record({ line: fc.nat(30), own: fc.boolean() }), { minLength: 1, maxLength: 4 });
    let merged = 0;
    fc.assert(
      fc.property(document, document, document, places, fc.boolean(), (base, mine, its, where, edits) => {
        const yours = commented(write(edits ? mine : base), sign, where);
        const sides = { base: Buffer.from(write(base)), yours: Buffer.from(yours), theirs: Buffer.from(write(its)) };
        const { bytes, conflict } = mergeContents(path, sides, labels);
        const text = Buffer.from(bytes).toString('utf8');
        for (const [index] of where.entries()) expect(text).toContain(`mine ${index}`);
        if (conflict === null) merged++;
      }),
      { numRuns: 1200 },
    );
    // Not by never merging anything.
    expect(merged).toBeGreaterThan(80);
  });
});
