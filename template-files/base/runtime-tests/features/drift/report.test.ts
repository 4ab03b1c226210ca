import type { Collected } from '../../../runtime/features/drift/collect.ts';
import type { Made } from '../../../runtime/features/drift/make.ts';
import type { Column } from '../../../runtime/features/drift/reference.ts';
import { findingsOf } from '../../../runtime/features/drift/report/findings.ts';
import { reportHtml } from '../../../runtime/features/drift/report/html.ts';
import { withDataSection } from '../../../runtime/features/drift/report/model-card.ts';
import { summaryOf } from '../../../runtime/features/drift/summary.ts';

const LABELS: Column = { name: 'p', kind: 'label', categories: ['no', 'yes'], shares: [0.995, 0.005] };
const AGE: Column = { name: 'age', kind: 'number', edges: [0, 50, 99], shares: [0.4, 0.5], missing: 0.1 };
const CITY: Column = {
  name: 'city | <b>_x',
  kind: 'category',
  categories: ['<script>alert(1)</script>', 'Bonn'],
  shares: [0.5, 0.3],
  other: 0.2,
  missing: 0,
};

function made(features: readonly Column[], rows = 1000, invalid: Made['invalid'] = new Map()): Made {
  const values = Array.from({ length: 100 }, (_, i) => i);
  const collected = (column: Column): Collected => ({
    column,
    summary: column.kind === 'number' ? summaryOf(values, 0, 99) : undefined,
  });
  return {
    reference: {
      apiVersion: 'ml-serving/reference-v1',
      model: { version: '1.0.0', sha256: 'a'.repeat(64) },
      rows,
      features,
      outputs: [LABELS],
    },
    features: features.map(collected),
    outputs: [collected(LABELS)],
    invalid,
  };
}
const SOURCE = { model: { name: 'iris', version: '1.0.0' }, source: 'training.csv' };
const FACTS = { ...SOURCE, report: 'data-report.html', golden: 4 };

test('what a person should look at is named', () => {
  const constant: Column = { name: 'unit', kind: 'number', edges: [3, 3], shares: [1], missing: 0 };
  expect(findingsOf(made([AGE, CITY, constant], 1000, new Map([['age above max', 7]])))).toEqual([
    'age: 10 % of the values are missing.',
    'city | <b>_x: 20 % of the values are none of the most frequent categories.',
    'unit: all values are the same.',
    'age above max: 7 values.',
    'p: fewer than 1 % of the answers are yes.',
  ]);
  expect(findingsOf(made([{ ...AGE, shares: [0.5, 0.5], missing: 0 }], 10))[0]).toMatch(
    /^10 rows are too few to tell drift from chance in age, p: it takes \d+ or more\.$/,
  );
});

test('the report is one file that loads nothing, and names of the data are text in it', () => {
  const html = reportHtml(made([AGE, CITY]), SOURCE);
  expect(html).toContain('<h1>Data of iris 1.0.0</h1>');
  expect(html.match(/<svg /g)).toHaveLength(3);
  // 30 bins of the histogram, two categories and two classes.
  expect(html.match(/<rect /g)).toHaveLength(34);
  expect(html).not.toMatch(/<script|<b>|< |\bsrc=|href=|url\(|@import|NaN|undefined/);
  expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;: 50 %');
});

test('the card keeps what the team has written, and its part about the data is replaced', () => {
  const card = '# Model card\n\n- **Owner:** us\n';
  const first = withDataSection(card, made([AGE, CITY]), FACTS);
  expect(first.startsWith(card)).toBe(true);
  expect(first).toContain('| age | 0 to 99 | 10 % |\n| city \\| \\<b\\>\\_x | 2 categories | 0 % |');
  expect(first).toContain('Answers of the model to these rows: no 99.5 %, yes 0.5 %.');
  expect(first).toContain('4 golden samples have an answer, and the model gives it.');
  const edited = `${first}\n## Contact\n\nus\n`;
  const second = withDataSection(edited, made([AGE], 2000), { ...FACTS, golden: 0 });
  expect(second.match(/^## Data$/gm)).toHaveLength(1);
  expect(second).toContain('2000 rows of training.csv');
  expect(second).not.toContain('city');
  expect(second).toContain('No golden sample has an answer.');
  expect(second.startsWith(card) && second.endsWith('\n## Contact\n\nus\n')).toBe(true);
  expect(withDataSection(second, made([AGE], 2000), { ...FACTS, golden: 0 })).toBe(second);
});

test('of a wide table the card lists the first columns', () => {
  const wide = Array.from({ length: 100 }, (_, i) => ({ ...AGE, name: `column_${i}` }));
  const card = withDataSection('', made(wide), FACTS);
  expect(card.match(/^\| column_/gm)).toHaveLength(30);
  expect(card).toContain('| and 70 more | | |');
});
