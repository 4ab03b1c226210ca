import { parse } from 'yaml';
import { mergeContents, missingIn } from '../../generators/merge/contents.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

function merge(base: string, yours: string, theirs: string, path = 'ci.yml') {
  const sides = { base: Buffer.from(base), yours: Buffer.from(yours), theirs: Buffer.from(theirs) };
  const { bytes, conflict, notes } = mergeContents(path, sides, labels);
  return { text: Buffer.from(bytes).toString('utf8'), conflict, notes };
}

const workflow = `name: Checks
jobs:
  checks:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@aaa # v7.0.1
        with:
          persist-credentials: false
      - run: npm ci
      - run: npm run check
`;
const job = '  monitoring:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm run rules\n';
const newer = `${workflow}      - run: npm run rules -- --check\n\n${job}`;

describe('one place in conflict does not keep the rest of a YAML file from being merged', () => {
  it.each([
    ['a comment at the last element of a list', workflow.replace('run check\n', 'run check # ours\n')],
    ['a comment below it', `${workflow}      # ours: more to come\n`],
    ['a comment further left', `${workflow}    # ours: more to come\n`],
    ['a step of their own at the end', `${workflow}      - run: npm run ours\n`],
    [
      'a job of their own at the end',
      `${workflow}  ours:\n    runs-on: self-hosted\n    steps:\n      - run: ./ours\n`,
    ],
    ['an edit of the last element', workflow.replace('run check\n', 'run check -- --ci\n')],
    ['the last element removed', workflow.replace('      - run: npm run check\n', '')],
    ['no line break at the end', workflow.trimEnd()],
    ['Windows line ends and an edit', workflow.replace('run check\n', 'run check -- --ci\n').replaceAll('\n', '\r\n')],
  ])('%s', (_, yours) => {
    const { text, conflict } = merge(workflow, yours, newer);
    expect(conflict).toBeNull();
    const { jobs } = parse(text);
    expect(jobs.monitoring).toEqual({ 'runs-on': 'ubuntu-24.04', steps: [{ run: 'npm run rules' }] });
    expect(jobs.checks.steps.map((step: { run?: string }) => step.run)).toContain('npm run rules -- --check');
    const own = yours.split(/\r?\n/).filter((line) => line.trim() !== '');
    for (const line of own) expect(text.split(/\r?\n/)).toContain(line);
  });

  it('takes what comes inside a step that the person has edited, though steps have no names', () => {
    const yours = workflow.replace('false\n', 'false\n          fetch-depth: 0\n');
    const { text, conflict } = merge(workflow, yours, newer.replace('@aaa # v7.0.1', '@bbb # v7.1.0'));
    expect(conflict).toBeNull();
    expect(parse(text).jobs.checks.steps[0]).toEqual({
      uses: 'actions/checkout@bbb',
      with: { 'persist-credentials': false, 'fetch-depth': 0 },
    });
    expect(text).toContain('@bbb # v7.1.0');
  });

  it('keeps steps in order behind one that the person has replaced', () => {
    const { text } = merge(workflow, workflow.replace('run check\n', 'run check -- --ci\n'), newer);
    const runs = parse(text).jobs.checks.steps.map((step: { run?: string }) => step.run);
    expect(runs.slice(-2)).toEqual(['npm run check -- --ci', 'npm run rules -- --check']);
  });

  it('brings the comments of the template where only they differ, and says so where they cannot be brought', () => {
    const base = '# one\na: 1\n# two\nb: 1\nc: 1\n';
    const theirs = base.replace('# one', '# uno').replace('# two', '# due').replace('c: 1', 'c: 2');
    const { text, conflict, notes } = merge(base, base.replace('# one', '# mine'), theirs);
    expect(text).toBe('# mine\na: 1\n# due\nb: 1\nc: 2\n');
    expect(conflict).toBeNull();
    expect(notes).toEqual(['comments of the template that are not in it: uno']);
  });

  it('replaces the first key of an element, adds one before it and removes it', () => {
    const base = 'x: 1\nsteps:\n  - run: |\n      one\n      two\n    id: a\n  - run: last\n    id: b\n';
    const yours = base.replace('x: 1', 'x: 2');
    const theirs = base
      .replace('x: 1', 'x: 3')
      .replace('  - run: |\n      one', '  - name: first\n    run: |\n      ONE');
    const added = merge(base, yours, theirs);
    expect(added.conflict?.keys.map(({ key }) => key)).toEqual(['x']);
    expect(parse(added.text).steps[0]).toEqual({ name: 'first', run: 'ONE\ntwo\n', id: 'a' });
    const removed = merge(
      theirs.replace('x: 3', 'x: 1'),
      yours.replace('  - run: |', '  - name: first\n    run: |'),
      base.replace('x: 1', 'x: 3'),
    );
    expect(parse(removed.text).steps[0]).toEqual({ run: 'one\ntwo\n', id: 'a' });
    const changed = merge(base, yours, base.replace('x: 1', 'x: 3').replace('      one\n', '      ONE\n'));
    expect(parse(changed.text).steps[0].run).toBe('ONE\ntwo\n');
  });

  it('names what cannot be brought, with the lines of the template, and brings the rest', () => {
    const base = 'a: { x: 1 }\nb: 1\nc: 1\n';
    const theirs = 'a:\n  x: 1\n  text: |\n    two\n    lines\nb: 2\nc: 2\n';
    const { text, conflict } = merge(base, 'a: { x: 9 }\nb: 1 # measured\nc: 1\n', theirs);
    expect(text).toBe('a: { x: 9 }\nb: 1 # measured\nc: 2\n');
    expect(conflict).toEqual({
      reason: 'both-changed',
      markers: false,
      keys: [
        { key: 'b', theirs: '2', text: 'b: 2', why: 'commented' },
        { key: 'a.text', theirs: '"two\\nlines\\n"', text: 'text: |\n  two\n  lines', why: 'not-editable' },
      ],
    });
  });

  it('names another order of elements that the person has edited', () => {
    const element = (name: string) => `  - name: ${name}\n    v: 1\n`;
    const listed = (names: string, z: number) => `l:\n${[...names].map(element).join('')}z: ${z}\n`;
    const [base, theirs] = [listed('abcd', 1), listed('bacd', 2)];
    const { text, conflict } = merge(base, base.replace('name: b\n    v: 1', 'name: b\n    v: 2'), theirs);
    expect(conflict?.keys).toEqual([expect.objectContaining({ key: 'l' })]);
    expect(parse(text)).toMatchObject({ l: [{ name: 'a' }, { name: 'b', v: 2 }, { name: 'c' }, { name: 'd' }], z: 2 });
    const apart = merge(base, base.replace('name: d\n    v: 1', 'name: d\n    v: 2'), theirs);
    expect(apart.conflict).toBeNull();
    expect(parse(apart.text).l.map((one: { name: string }) => one.name)).toEqual(['b', 'a', 'c', 'd']);
  });

  it('merges several documents by lines, and names the lines that both changed', () => {
    const base = 'a: 1\nb: 1\nc: 1\n---\nd: 1\ne: 1\nf: 1\n';
    const { text, conflict } = merge(
      base,
      base.replace('a: 1', 'a: 2'),
      base.replace('a: 1', 'a: 3').replace('f: 1', 'f: 3'),
    );
    expect(text).toBe(base.replace('a: 1', 'a: 2').replace('f: 1', 'f: 3'));
    expect(conflict?.keys).toEqual([{ key: 'line 1', theirs: 'a: 3', text: 'a: 3', why: 'both-changed' }]);
  });

  it('names all changes of the template where the file of the person cannot be read', () => {
    const { text, conflict } = merge('a: 1\nb: 1\n', 'a: [\n', 'a: 1\nb: 2\n');
    expect(text).toBe('a: [\n');
    expect(conflict?.keys).toEqual([{ key: 'line 2', theirs: 'b: 2', text: 'b: 2', why: 'both-changed' }]);
  });
});

describe('a value with a comment of the person', () => {
  const yaml = 'limits:\n  # rows that wait\n  maxQueue: 256\n  timeoutMs: 1000\nworkers: 1\n';
  const theirs = yaml.replace('256', '512').replace('workers: 1', 'workers: 2');

  it.each([
    ['on its line', yaml.replace('256', '256 # measured, do not change')],
    ['above it', yaml.replace('  maxQueue', '  # measured, do not change\n  maxQueue')],
    ['in place of the one of the template', yaml.replace('# rows that wait', '# measured, do not change')],
  ])('is kept and listed: %s', (_, yours) => {
    const { text, conflict } = merge(yaml, yours, theirs, 'serving.yaml');
    expect(text).toBe(yours.replace('workers: 1', 'workers: 2'));
    expect(conflict?.keys).toEqual([
      { key: 'limits.maxQueue', theirs: '512', text: '# rows that wait\nmaxQueue: 512', why: 'commented' },
    ]);
  });

  it('is kept where the template removes it, and where the comment is below the last one', () => {
    const yours = yaml.replace('timeoutMs: 1000', 'timeoutMs: 1000 # measured');
    const removed = merge(yaml, yours, yaml.replace('  timeoutMs: 1000\n', ''), 'serving.yaml');
    expect(removed.text).toBe(yours);
    expect(removed.conflict?.keys).toEqual([
      { key: 'limits.timeoutMs', theirs: 'removed it', text: null, why: 'commented' },
    ]);
    const below = yaml.replace('timeoutMs: 1000\n', 'timeoutMs: 1000\n  # measured, see above\n');
    const changed = merge(yaml, below, yaml.replace('1000', '2000'), 'serving.yaml');
    expect(changed.conflict?.keys).toEqual([expect.objectContaining({ key: 'limits.timeoutMs', why: 'commented' })]);
  });

  it('does not keep its neighbours from being changed, nor values below a comment of the template', () => {
    const yours = yaml.replace('256', '256 # measured');
    const { text, conflict } = merge(yaml, yours, yaml.replace('1000', '2000'), 'serving.yaml');
    expect(conflict).toBeNull();
    expect(text).toBe(yours.replace('1000', '2000'));
  });

  it('is kept in lists and between braces', () => {
    const base = 'hosts:\n  - one\n  - two\nbatching: { size: 32, delay: 0 }\n';
    const yours = base.replace('- two', '- two # ours').replace('delay: 0 }', 'delay: 0 } # measured');
    const merged = merge(base, yours, 'hosts:\n  - one\n  - TWO\n  - three\nbatching: { size: 64, delay: 0 }\n');
    expect(merged.text).toBe(yours);
    expect(merged.conflict?.keys.map(({ key, why }) => `${key} ${why}`)).toEqual([
      'hosts commented',
      'batching.size commented',
    ]);
    const added = merge(base, yours, base.replace('- two\n', '- two\n  - three\n'));
    expect(added).toMatchObject({ conflict: null, text: yours.replace('# ours\n', '# ours\n  - three\n') });
  });

  it('is kept in JSON with comments', () => {
    const base = '{\n  "compilerOptions": {\n    "target": "es2022",\n    "strict": true\n  }\n}\n';
    const yours = base.replace('"target": "es2022",', '"target": "es2022", // our nodes cannot do more');
    const { text, conflict } = merge(
      base,
      yours,
      base.replace('es2022', 'es2024').replace('true', 'false'),
      'tsconfig.json',
    );
    expect(text).toBe(yours.replace('true', 'false'));
    expect(conflict?.keys).toEqual([
      { key: 'compilerOptions.target', theirs: '"es2024"', text: '"target": "es2024"', why: 'commented' },
    ]);
  });
});

describe('a file without a base', () => {
  it('is kept, and what the template has there is named', () => {
    const { bytes, conflict } = mergeContents(
      'compose.yaml',
      { base: null, yours: Buffer.from('a: 1\nb: 1\n'), theirs: Buffer.from('a: 2\nb: 1\nc:\n  d: 1\n') },
      labels,
    );
    expect(Buffer.from(bytes).toString()).toBe('a: 1\nb: 1\n');
    expect(conflict?.keys.map(({ key, text }) => [key, text])).toEqual([
      ['a', 'a: 2'],
      ['c', 'c:\n  d: 1'],
    ]);
  });
});

describe('what the person has removed or never got', () => {
  const sides = (base: string, yours: string, theirs: string) => ({
    base: Buffer.from(base),
    yours: Buffer.from(yours),
    theirs: Buffer.from(theirs),
  });
  const lost = workflow.replace('npm ci', 'npm ci --ours');

  it('is named, and nothing else is', () => {
    expect(missingIn('ci.yml', sides(newer, lost, newer)).map(({ key, text }) => [key, text])).toEqual([
      ['jobs.checks.steps[3]', '- run: npm run rules -- --check'],
      ['jobs.monitoring', job.replace(/^ {2}/gm, '').trimEnd()],
    ]);
    const whole = missingIn('ci.yml', sides(newer, workflow, newer)).map(({ key }) => key);
    expect(whole).toEqual(['jobs.checks.steps[3]', 'jobs.monitoring']);
    // What an upgrade brings anyway is not missing.
    expect(missingIn('ci.yml', sides(workflow, lost, newer))).toEqual([]);
    expect(missingIn('ci.yml', sides(newer, newer, newer))).toEqual([]);
    expect(missingIn('README.md', sides('a\n', '', 'a\n'))).toEqual([]);
  });

  it('is not missing under another name: two of it would be worse', () => {
    const compose = "services:\n  serving:\n    build: .\n    ports: ['8080:8080']\n    mem_limit: 512m\n";
    const own = compose.replace('serving:', 'model:').replace('512m', '1g');
    expect(missingIn('compose.yaml', sides(compose, own, compose))).toEqual([]);
    const { bytes } = mergeContents('compose.yaml', { ...sides(compose, own, compose), restores: true }, labels);
    expect(Buffer.from(bytes).toString()).toBe(own);
    const list = 'l:\n  - name: server\n    image: ghcr.io/ml-team/iris:1.0.0\n  - name: proxy\n    image: nginx\n';
    expect(missingIn('a.yaml', sides(list, list.replace('name: server', 'name: ours'), list))).toEqual([]);
  });

  it('is brought back where that is wished, beside the edits of the person', () => {
    const { bytes, conflict } = mergeContents('ci.yml', { ...sides(newer, lost, newer), restores: true }, labels);
    expect(conflict).toBeNull();
    expect(Buffer.from(bytes).toString()).toBe(newer.replace('npm ci', 'npm ci --ours'));
  });
});
