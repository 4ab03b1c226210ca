import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ownPackage } from '../generators/app/package.ts';
import { errorTable } from '../generators/errors.ts';
import { presetSchema } from '../generators/policy/schema.ts';
import { questionsTable } from '../generators/questions/docs-table.ts';
import { answersSchema } from '../generators/questions/schema.ts';
import { settleAnswers } from '../generators/questions/settle.ts';
import { featuresPage } from '../generators/render/features/docs-page.ts';
import { listedFeatures } from '../generators/render/features/edits.ts';
import { FEATURE_LIST, featureListText } from '../generators/render/features/list-file.ts';
import { loadTemplate } from '../generators/render/load-template.ts';
import { sampleOf } from '../generators/render/samples.ts';

/* What the docs say of the questions and of the errors is derived from them. `npm run docs` writes it; otherwise this compares. */

const UPDATE = process.env['UPDATE_DOCS'] === '1';

function expectDerived(file: string, expected: string): void {
  if (UPDATE) writeFileSync(file, expected);
  // Where it differs: npm run docs
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(expected);
}

function withSection(file: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}: derived, see npm run docs -->`, `<!-- /${name} -->`];
  const text = readFileSync(file, 'utf8');
  expect(text.indexOf(end)).toBeGreaterThan(text.indexOf(start));
  expect(text).toContain(start);
  return `${text.slice(0, text.indexOf(start) + start.length)}\n\n${content}\n\n${text.slice(text.indexOf(end))}`;
}

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);
const context = {
  directoryName: 'my-model',
  sample: (modelType: Parameters<typeof sampleOf>[1]) => sampleOf(template, modelType),
};

test('docs/CLI.md lists every question', () => {
  expectDerived('docs/CLI.md', withSection('docs/CLI.md', 'questions', questionsTable(context)));
});

test('docs/CLI.md lists every error', () => {
  expectDerived('docs/CLI.md', withSection('docs/CLI.md', 'errors', errorTable()));
});

test('docs/answers.schema.json is the schema of the answers file', () => {
  expectDerived('docs/answers.schema.json', `${JSON.stringify(answersSchema(), null, 2)}\n`);
});

test('docs/preset.schema.json is the schema of a preset', () => {
  expectDerived('docs/preset.schema.json', `${JSON.stringify(presetSchema(), null, 2)}\n`);
});

test('docs/FEATURES.md says what each feature brings', () => {
  expectDerived('docs/FEATURES.md', featuresPage(template, settleAnswers({}, context)));
});

test('runtime/features.ts of the base lists every feature that has code', () => {
  const listed = listedFeatures(template);
  if (listed.length > 0) expectDerived(`template-files/base/${FEATURE_LIST}`, featureListText(listed));
});

test('what the README of a repository says to change is in the file that it names', () => {
  const readme = readFileSync('template-files/base/README.md.ejs', 'utf8');
  const places = [...readme.matchAll(/`(\w+)` in `(src\/[\w/.-]+)`/g)].map(([, word, file]) => [word, file] as const);
  expect(places.length).toBeGreaterThan(0);
  const absent = places.filter(
    ([word, file]) => !readFileSync(`template-files/base/${file}`, 'utf8').includes(`${word}`),
  );
  expect(absent).toEqual([]);
});
