import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../../runtime/root.ts';
import { runCommand } from '../../helpers/command.ts';
import { SAMPLE } from '../../helpers/service.ts';

/** The command itself, over a copy of the sample. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reference-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
  rmSync(join(folder, 'model/reference.json'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function reference(name: string, text: string) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const run = runCommand(folder, 'features/drift/cli/reference', file);
  const made = join(folder, 'model/reference.json');
  return { ...run, made: existsSync(made) ? JSON.parse(readFileSync(made, 'utf8')) : undefined };
}

const HEADER = 'petal_width,sepal_length,sepal_width,petal_length,species';

test('makes a reference of a table, whose columns may come in any order', () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${i % 3},5.${i % 10},3,${i % 2 ? 1.4 : 6},x`);
  const { status, stdout, made } = reference('rows.csv', [HEADER, ...rows, ''].join('\n'));
  expect([status, stdout]).toEqual([0, expect.stringContaining('3000 rows, 4 features, 1 outputs')]);
  expect(made.features.map(({ name }: { name: string }) => name)).toEqual([
    'sepal_length',
    'sepal_width',
    'petal_length',
    'petal_width',
  ]);
  expect(made.features[3]).toEqual({
    name: 'petal_width',
    kind: 'number',
    edges: [0, 1, 2, 2],
    shares: [0.333333, 0.333333, 0.333333],
    missing: 0,
  });
  expect(made.outputs[0].categories).toEqual(['setosa', 'versicolor', 'virginica']);
});

test('the report and the part of the model card are written with it', () => {
  const card = join(folder, 'docs/MODEL_CARD.md');
  mkdirSync(dirname(card));
  writeFileSync(card, '# Model card\n');
  const rows = Array.from({ length: 300 }, (_, i) => `${i % 3},5.${i % 10},3,${i % 2 ? 1.4 : 6},x`);
  const { status, stdout } = reference('rows.csv', [HEADER, ...rows, ''].join('\n'));
  expect([status, stdout]).toEqual([
    0,
    expect.stringMatching(/docs\/data-report\.html: written\.\n.*docs\/MODEL_CARD\.md: written\.\n$/),
  ]);
  const report = readFileSync(join(folder, 'docs/data-report.html'), 'utf8');
  expect(report).toContain('300 rows of rows.csv');
  expect(report).toContain('<li>sepal_width: all values are the same.</li>');
  expect(readFileSync(card, 'utf8')).toContain('| petal_length | 1.4 to 6 | 0 % |');
});

test('without a model card the report alone is written, and nothing where a row is wrong', () => {
  const wrong = reference('rows.csv', `${HEADER}\n1,much,3,4,x\n`);
  expect([wrong.status, existsSync(join(folder, 'docs'))]).toEqual([1, false]);
  expect(reference('rows.csv', `${HEADER}\n1,2,3,4,x\n`).status).toBe(0);
  expect(readdirSync(join(folder, 'docs'))).toEqual(['data-report.html']);
});

test('a reference of few rows is made, and the warning says what it is too small for', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => `${i},${i % 9},3,${i},x`);
  const small = reference('rows.csv', [HEADER, ...rows(60), ''].join('\n'));
  expect([small.status, small.made.rows]).toEqual([0, 60]);
  expect(small.stderr).toMatch(
    /^warning: 60 rows are few: of sepal_length, petal_length, petal_width no drift can be told from chance, so none is shown\. It takes 86 rows or more\.$/m,
  );
  expect(reference('more.csv', [HEADER, ...rows(3000), ''].join('\n')).stderr).toBe('');
});

test.each([
  [
    'rows.csv',
    `${HEADER}\n1,2,3,4,x\n1,much,3,4,x\n`,
    /rows.csv row 2, sepal_length: expected a number .* found "much"/,
  ],
  ['rows.csv', `${HEADER}\n1,2,3,4,x\n1,,3,4,x\n`, /rows.csv row 2, sepal_length: expected a number .* found null/],
  ['rows.csv', 'petal_width\n1\n', /rows.csv line 1: .* found no sepal_length, sepal_width, petal_length among/],
  ['rows.csv', `${HEADER}\n`, /rows.csv: expected rows, found none/],
  ['rows.jsonl', '[1,2,3,4]\n[1,2,3]\n', /rows.jsonl row 2: expected 4 values/],
])('a bad %s names its place and writes nothing', (name, text, message) => {
  const { status, stderr, made } = reference(name, text);
  expect([status, made]).toEqual([1, undefined]);
  expect(stderr).toMatch(message);
  expect(stderr).toContain('(DATA_INVALID)');
});
