import { parse } from 'jsonc-parser';
import { mergeContents } from '../../generators/merge/contents.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

function merge(path: string, base: string, yours: string, theirs: string) {
  const sides = { base: Buffer.from(base), yours: Buffer.from(yours), theirs: Buffer.from(theirs) };
  const { bytes, conflict, notes, reinstall } = mergeContents(path, sides, labels);
  return { text: Buffer.from(bytes).toString('utf8'), conflict, notes, reinstall };
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const dependencies = (of: Record<string, string>) => json({ name: 'iris', dependencies: of });

describe('package.json', () => {
  it('combines the dependency changes of both sides, in the order of the alphabet', () => {
    const { text, conflict } = merge(
      'package.json',
      dependencies({ express: '5.0.0', pino: '9.0.0', yaml: '2.0.0' }),
      dependencies({ express: '5.0.0', lodash: '4.0.0', pino: '9.0.0', yaml: '2.0.0' }),
      dependencies({ express: '5.1.0', ajv: '8.0.0', pino: '9.0.0', sharp: '0.34.0', yaml: '2.0.0' }),
    );
    expect(conflict).toBeNull();
    expect(text).toBe(
      dependencies({
        ajv: '8.0.0',
        express: '5.1.0',
        lodash: '4.0.0',
        pino: '9.0.0',
        sharp: '0.34.0',
        yaml: '2.0.0',
      }).replace('"ajv": "8.0.0",\n    "express": "5.1.0"', '"express": "5.1.0",\n    "ajv": "8.0.0"'),
    );
  });

  it.each([
    ['1.0.0', '1.2.0', '1.4.2', '1.4.2', 'the template'],
    ['1.0.0', '^1.5.0', '1.4.2', '^1.5.0', 'yours'],
    ['^0.3.0', '^0.3.4', '~0.3.9', '~0.3.9', 'the template'],
    ['1.0.0-rc.1', '1.0.0-rc.2', '1.0.0', '1.0.0', 'the template'],
  ])('from %s with %s and %s takes %s, the higher, and says so', (base, yours, theirs, expected, side) => {
    const merged = merge('package.json', ...([base, yours, theirs].map((x) => dependencies({ x })) as Three));
    expect(parse(merged.text).dependencies.x).toBe(expected);
    expect(merged.conflict).toBeNull();
    expect(merged.notes).toEqual([expect.stringContaining(side)]);
  });

  it.each([
    ['4.0.0', '5.0.0', '4.9.0'],
    ['0.3.0', '0.4.0', '0.3.9'],
    ['1.0.0', 'github:me/fork', '1.1.0'],
    ['1.0.0', 'file:../x', '1.1.0'],
    // A rollback, a pin and a loosened range are decisions, whatever the template does.
    ['1.30.0', '1.29.0', '1.31.0'],
    ['^1.30.0', '1.30.0', '^1.31.0'],
    ['1.30.0', '^1.30.0', '1.31.0'],
    ['1.30.0', '1.31.0', '1.29.0'],
    ['1.30.0', '1.29.0', '1.28.0'],
    ['github:me/fork', '1.29.0', '1.31.0'],
  ])('from %s with %s and %s keeps yours and reports it', (base, yours, theirs) => {
    const merged = merge('package.json', ...([base, yours, theirs].map((x) => dependencies({ x })) as Three));
    expect(merged.text).toBe(dependencies({ x: yours }));
    expect(merged.conflict).toEqual({
      reason: 'both-changed',
      markers: false,
      keys: [expect.objectContaining({ key: 'dependencies.x', theirs: JSON.stringify(theirs), why: 'both-changed' })],
    });
  });

  it('does not bring back a dependency that was removed, nor drop one that was moved', () => {
    const merged = merge(
      'package.json',
      dependencies({ gone: '1.0.0', kept: '1.0.0', other: '1.0.0' }),
      dependencies({ kept: '1.5.0', other: '1.0.0' }),
      dependencies({ gone: '1.1.0', other: '2.0.0' }),
    );
    expect(parse(merged.text).dependencies).toEqual({ kept: '1.5.0', other: '2.0.0' });
    expect(merged.notes).toEqual([expect.stringMatching(/kept/), expect.stringMatching(/gone/)]);
  });

  it("leaves the person's indent, order and line ends alone", () => {
    const base = json({ scripts: { build: 'tsc', start: 'node .' }, files: ['dist'] });
    const yours =
      '{\r\n\t"files": ["dist", "mine"],\r\n\t"scripts": {\r\n\t\t"build": "tsc -p .",\r\n\t\t"start": "node ."\r\n\t}\r\n}';
    const theirs = json({ scripts: { build: 'tsc', check: 'x', start: 'node dist' }, files: ['dist', 'docs'] });
    const merged = merge('package.json', base, yours, theirs);
    expect(merged.conflict).toBeNull();
    expect(merged.text).toBe(
      '{\r\n\t"files": ["dist", "docs", "mine"],\r\n\t"scripts": {\r\n\t\t"build": "tsc -p .",\r\n\t\t"check": "x",\r\n\t\t"start": "node dist"\r\n\t}\r\n}',
    );
  });

  it('keeps a file that does not parse, and one with a key twice, as it is', () => {
    for (const broken of ['{ "name": ', '{ "a": 1, "a": 2 }', '<<<<<<< HEAD\n{}\n', '// no\n{}\n']) {
      const merged = merge('package.json', json({ name: 'a' }), broken, json({ name: 'b' }));
      expect(merged.text).toBe(broken);
      expect(merged.conflict?.reason).toBe('unparsable');
    }
  });

  it('is not led astray by keys that mean something to JavaScript', () => {
    const yours = '{\n  "__proto__": { "polluted": true },\n  "constructor": 1,\n  "name": "mine"\n}\n';
    const merged = merge('package.json', json({ name: 'a', x: 1 }), yours, json({ name: 'a', x: 2, y: 3 }));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(merged.text).toContain('"__proto__": { "polluted": true }');
    expect(parse(merged.text).y).toBe(3);
  });
});

describe('tsconfig.json', () => {
  it('keeps comments and trailing commas', () => {
    const merged = merge(
      'tsconfig.json',
      '{\n  "compilerOptions": {\n    "strict": true,\n    "target": "es2022"\n  }\n}\n',
      '{\n  // ours\n  "compilerOptions": {\n    "strict": false, // for now\n    "target": "es2022",\n  },\n}\n',
      '{\n  "compilerOptions": {\n    "strict": true,\n    "target": "es2023"\n  }\n}\n',
    );
    expect(merged.conflict).toBeNull();
    expect(merged.text).toBe(
      '{\n  // ours\n  "compilerOptions": {\n    "strict": false, // for now\n    "target": "es2023",\n  },\n}\n',
    );
  });
});

describe('lock files', () => {
  it.each(['package-lock.json', 'sub/yarn.lock', 'pnpm-lock.yaml'])('%s is never merged', (path) => {
    const merged = merge(path, '{"a":1}', '{"a":2}', '{"a":3}');
    expect(merged).toEqual({ text: '{"a":2}', conflict: null, notes: [], reinstall: true });
  });
});

type Three = [string, string, string];
