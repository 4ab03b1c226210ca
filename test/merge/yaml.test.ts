import { parse } from 'yaml';
import { mergeContents } from '../../generators/merge/contents.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

function merge(base: string, yours: string, theirs: string, path = 'serving.yaml') {
  const sides = { base: Buffer.from(base), yours: Buffer.from(yours), theirs: Buffer.from(theirs) };
  const { bytes, conflict, notes } = mergeContents(path, sides, labels);
  return { text: Buffer.from(bytes).toString('utf8'), conflict, notes };
}

const base = `# The one file a model release edits.
apiVersion: ml-serving/v1
model: { name: iris, version: "1.0.0", sha256: aaa }
runtime:
  workers: auto
  # spins at 1
  intraOpThreads: 1
batching: { maxBatchSize: 32, maxDelayMs: 0 }
`;

describe('serving.yaml', () => {
  it('takes a new key of the template beside lines that the person changed', () => {
    const yours = base
      .replace('version: "1.0.0", sha256: aaa', 'version: "2.1.0", sha256: bbb')
      .replace('intraOpThreads: 1', 'intraOpThreads: 2 # measured');
    const theirs = base.replace('  intraOpThreads: 1\n', '  intraOpThreads: 1\n  # none\n  memoryMb: 512\n');
    const { text, conflict } = merge(base, yours, theirs);
    expect(conflict).toBeNull();
    expect(text).toBe(yours.replace('# measured\n', '# measured\n  # none\n  memoryMb: 512\n'));
  });

  it('edits a value inside braces, where the person changed another on the line', () => {
    const yours = base.replace('maxBatchSize: 32', 'maxBatchSize: 64');
    const theirs = base.replace('maxDelayMs: 0', 'maxDelayMs: 2');
    expect(merge(base, yours, theirs).text).toBe(base.replace('32, maxDelayMs: 0', '64, maxDelayMs: 2'));
  });

  it.each<[string, string, string, string]>([
    ['adds a key', 'a: { x: 1, y: 2 }', 'a: { x: 1, y: 2, z: 3 }', 'a: { x: 9, y: 2, z: 3 }'],
    ['adds a key first', 'a: { x: 1, y: 2 }', 'a: { w: 0, x: 1, y: 2 }', 'a: { w: 0, x: 9, y: 2 }'],
    ['adds two keys', 'a: { x: 1, y: 2 }', 'a: { x: 1, v: 5, w: 6, y: 2 }', 'a: { x: 9, v: 5, w: 6, y: 2 }'],
    [
      'adds one that came in lines',
      'a: { x: 1, y: 2 }',
      'a:\n  x: 1\n  y: 2\n  z: [1, 2]',
      'a: { x: 9, y: 2, z: [1, 2] }',
    ],
    ['removes a key', 'a: { x: 1, y: 2, z: 3 }', 'a: { x: 1, z: 3 }', 'a: { x: 9, z: 3 }'],
    ['removes the last key', 'a: { x: 1, y: 2 }', 'a: { x: 1 }', 'a: { x: 9 }'],
    ['removes and adds', 'a: { x: 1, y: 2, z: 3 }', 'a: { w: 0, x: 1, z: 3 }', 'a: { w: 0, x: 9, z: 3 }'],
    ['goes deeper', 'a: { b: { x: 1, y: 2 } }', 'a: { b: { x: 1, y: 2, z: 3 } }', 'a: { b: { x: 9, y: 2, z: 3 } }'],
    ['adds an element', 'a: { x: 1, l: [1, 2] }', 'a: { x: 1, l: [0, 1, 2, 3] }', 'a: { x: 9, l: [0, 1, 2, 3] }'],
    ['removes an element', 'a: { x: 1, l: [1, 2, 3] }', 'a: { x: 1, l: [1, 3] }', 'a: { x: 9, l: [1, 3] }'],
    [
      'adds a named element',
      'l: [{ name: m, x: 1 }]',
      'l: [{ name: k, x: 0 }, { name: m, x: 1 }]',
      'l: [{ name: k, x: 0 }, { name: m, x: 9 }]',
    ],
    [
      'keeps line ends between braces',
      'a: {\n  x: 1,\n  y: 2\n}',
      'a: {\n  x: 1,\n  y: 2, z: 3\n}',
      'a: {\n  x: 9,\n  y: 2, z: 3\n}',
    ],
  ])('%s inside braces that the person has edited', (_, old, fresh, expected) => {
    const merged = merge(`${old}\n`, `${old.replace('x: 1', 'x: 9')}\n`, `${fresh}\n`);
    expect(merged).toEqual({ text: `${expected}\n`, conflict: null, notes: [] });
  });

  it('keeps yours, and says so, where braces cannot be edited exactly', () => {
    const [old, fresh] = ['a: { x: 1, y: 2 }\n', 'a:\n  x: 1\n  y: 2\n  text: |\n    two\n    lines\n'];
    const merged = merge(old, 'a: { x: 9, y: 2 }\n', fresh);
    expect(merged).toMatchObject({ text: 'a: { x: 9, y: 2 }\n', conflict: { reason: 'both-changed', markers: false } });
    // A plain text with a comma would fall apart between braces.
    const comma = merge(old, 'a: { x: 9, y: 2 }\n', 'a:\n  x: 1\n  y: 2\n  text: one, two\n');
    expect(comma).toMatchObject({ text: 'a: { x: 9, y: 2 }\n', conflict: { markers: false } });
  });

  it("keeps the person's value where both changed it, and writes no markers", () => {
    const merged = merge(
      base,
      base.replace('workers: auto', 'workers: 4'),
      base.replace('workers: auto', 'workers: 2'),
    );
    expect(merged.text).toBe(base.replace('workers: auto', 'workers: 4'));
    expect(merged.conflict).toEqual({
      reason: 'both-changed',
      markers: false,
      keys: [{ key: 'runtime.workers', theirs: '2', text: 'workers: 2', why: 'both-changed' }],
    });
  });

  it('takes the rest of the template where one key is in conflict', () => {
    const theirs = `${base.replace('workers: auto', 'workers: 2')}limits:\n  maxQueue: 256\n`;
    const merged = merge(base, base.replace('workers: auto', 'workers: 4'), theirs);
    expect(parse(merged.text)).toMatchObject({ runtime: { workers: 4 }, limits: { maxQueue: 256 } });
    expect(merged.text).toContain('# spins at 1');
  });

  it('removes a key with its own comment, but no comment that the person wrote', () => {
    const yours = base.replace('  # spins at 1\n', '  # ours\n  # spins at 1\n').replace('workers: auto', 'workers: 4');
    const theirs = base.replace('  # spins at 1\n  intraOpThreads: 1\n', '');
    expect(merge(base, yours, theirs).text).toBe(yours.replace('  # spins at 1\n  intraOpThreads: 1\n', ''));
  });

  it('knows 3.10 from 3.1', () => {
    const merged = merge('a: 1\nv: 3.1\n', 'a: 2\nv: 3.1\n', 'a: 1\nv: 3.10\n');
    expect(merged.text).toBe('a: 2\nv: 3.10\n');
  });

  it('keeps Windows line ends', () => {
    const windows = (text: string) => text.replaceAll('\n', '\r\n');
    const yours = windows(base.replace('intraOpThreads: 1', 'intraOpThreads: 2'));
    const theirs = base.replace('intraOpThreads: 1\n', 'intraOpThreads: 1\n  memoryMb: 512\n');
    expect(merge(base, yours, theirs).text).toBe(
      windows(base.replace('intraOpThreads: 1', 'intraOpThreads: 2\n  memoryMb: 512')),
    );
  });
});

describe('a workflow', () => {
  const workflow = `on: [push]
jobs:
  test:
    steps:
      - name: Check out
        uses: actions/checkout@v6
      - name: Test
        run: |
          npm ci
          npm test
`;

  it('tells steps apart by name', () => {
    const yours = workflow.replace(
      '          npm test\n',
      '          npm test -- --ci\n      - name: Ours\n        run: ./ours\n',
    );
    const theirs = workflow
      .replace('checkout@v6', 'checkout@v7')
      .replace('      - name: Test\n', '      - name: Node\n        uses: actions/setup-node@v7\n      - name: Test\n')
      .concat('      - name: Audit\n        run: npm audit\n');
    const merged = merge(workflow, yours, theirs, '.github/workflows/ci.yml');
    expect(merged.conflict).toBeNull();
    const { steps } = parse(merged.text).jobs.test;
    expect(steps.map((step: { name: string }) => step.name)).toEqual(['Check out', 'Node', 'Test', 'Audit', 'Ours']);
    expect(steps[0].uses).toBe('actions/checkout@v7');
    expect(steps[2].run).toBe('npm ci\nnpm test -- --ci\n');
    expect(merged.text).toContain('on: [push]\n');
  });

  it('merges files with anchors, tags or several documents by lines, if that can be read', () => {
    for (const head of ['x: &a 1\ny: *a\n', 'x: !reference [a, b]\n', 'x: 1\n---\n']) {
      const text = `${head}p: 1\nq: 1\nr: 1\ns: 1\n`;
      const merged = merge(text, text.replace('p: 1', 'p: 2'), text.replace('s: 1', 's: 2'), '.gitlab-ci.yml');
      expect(merged.text).toBe(text.replace('p: 1', 'p: 2').replace('s: 1', 's: 2'));
      const clash = merge(text, text.replace('p: 1', 'p: 2'), text.replace('p: 1', 'p: 3'), '.gitlab-ci.yml');
      expect(clash.text).toBe(text.replace('p: 1', 'p: 2'));
      expect(clash.conflict).toMatchObject({ reason: 'both-changed', markers: false });
    }
  });

  it.each([
    ['a tab', 'a:\n\tb: 1\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['conflict markers', '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n'],
  ])('keeps a file with %s as it is', (_, broken) => {
    const merged = merge('a: 1\n', broken, 'a: 3\n');
    expect(merged.text).toBe(broken);
    expect(merged.conflict?.reason).toBe('unparsable');
  });
});
