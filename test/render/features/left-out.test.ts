import type { GivenAnswers } from '../../../generators/questions/answers.ts';
import { settleAnswers } from '../../../generators/questions/settle.ts';
import { declarationsOf, featureRules } from '../../../generators/render/features/declarations.ts';
import { renderTree } from '../../../generators/render/render-tree.ts';
import type { Template } from '../../../generators/render/template.ts';
import { context, template } from '../../fixtures/template.ts';

const LIST = "import type { Feature } from './feature.ts';\n";
const files: Record<string, string> = {
  'base/runtime/features.ts': LIST,
  'base/runtime/features/drift/index.ts': 'drift',
  'base/runtime/features/drift/inner.ts': 'inner',
  'base/runtime/features/http-fast-path/index.ts': 'fast',
  'base/docs/WATCHING.md': 'drift and feedback',
  'base/scripts/load-test.mjs.ejs': 'load <%- features.drift %> <%- features.httpFastPath %>',
  'features/github-actions/.github/workflows/load-test.yml': 'on: push',
  'features/drift.yaml': 'description: d\nfiles: [docs/WATCHING.md]\nneeds: [page]\n',
  'features/feedback.yaml': 'description: f\nfiles: [docs/WATCHING.md]\nschema: [feedback]\n',
  'features/http-fast-path.yaml': 'description: h\n',
  'features/load-test.yaml':
    'description: l\nfiles: [scripts/load-test.mjs, .github/workflows/load-test.yml]\npackages: [express]\nscripts: [load]\n',
  'features/page.yaml': 'description: p\n',
};
const withFiles = (more: Record<string, string> = {}): Template => ({
  ...template,
  files: new Map([
    ...template.files,
    ...Object.entries({ ...files, ...more }).map(([path, text]) => [path, Buffer.from(text)] as const),
  ]),
});

function render(given: GivenAnswers, more: Record<string, string> = {}) {
  const from = withFiles(more);
  const tree = renderTree(settleAnswers(given, { ...context, features: featureRules(from) }), from);
  return { paths: [...tree.keys()], text: (path: string) => Buffer.from(tree.get(path)?.bytes ?? '').toString('utf8') };
}

test('a feature that is not chosen leaves no file, and one that is chosen brings its own', () => {
  expect(render({ features: [] }).paths.filter((path) => /runtime|WATCHING|load-test/.test(path))).toEqual([
    'runtime/features.ts',
  ]);
  expect(render({ features: ['drift'] }).paths.filter((path) => /runtime|WATCHING|load-test/.test(path))).toEqual([
    'docs/WATCHING.md',
    'runtime/features.ts',
    'runtime/features/drift/index.ts',
    'runtime/features/drift/inner.ts',
  ]);
});

test('what two features share is there with either', () => {
  expect(render({ features: ['feedback'] }).paths).toContain('docs/WATCHING.md');
});

test('files of overlays and files that are rendered may belong to a feature too', () => {
  expect(render({ features: ['load-test'] }).paths).toEqual(
    expect.arrayContaining(['.github/workflows/load-test.yml', 'scripts/load-test.mjs']),
  );
});

test('the list of features has those with code, in order', () => {
  expect(render({ features: [] }).text('runtime/features.ts')).toMatch(
    /export const features: readonly Feature\[\] = \[\];\n$/,
  );
  const text = render({ features: ['http-fast-path', 'drift', 'load-test'] }).text('runtime/features.ts');
  expect(text).toBe(`${LIST}import { drift } from './features/drift/index.ts';
import { httpFastPath } from './features/http-fast-path/index.ts';

/** The features that were chosen. Written by create-ml-serving from the answer \`features\`. */
export const features: readonly Feature[] = [drift, httpFastPath];
`);
});

test('a template knows each feature by its name in code, and no other', () => {
  const chosen = render({ features: ['load-test', 'drift'] });
  expect(chosen.text('scripts/load-test.mjs')).toBe('load true false');
  expect(() => render({ features: [] }, { 'base/x.ejs': '<%- features.shadow %>' })).toThrow(
    expect.objectContaining({
      cause: expect.objectContaining({ message: expect.stringContaining('There is no feature named shadow') }),
    }),
  );
});

test('package.json and its lock lose what only that feature needs', () => {
  const manifest =
    '{ "name": "x", "scripts": { "load": "a", "go": "b" }, "dependencies": { "express": "5.3.0", "left": "1.0.0" } }';
  const lock = JSON.stringify({
    name: 'x',
    lockfileVersion: 3,
    packages: {
      '': { name: 'x', dependencies: { express: '5.3.0', left: '1.0.0' } },
      'node_modules/express': { version: '5.3.0', dependencies: { inner: '1' } },
      'node_modules/inner': { version: '1.0.0' },
      'node_modules/left': { version: '1.0.0' },
    },
  });
  const { text } = render({ features: [] }, { 'base/package.json': manifest, 'base/package-lock.json': lock });
  expect(JSON.parse(text('package.json'))).toMatchObject({ scripts: { go: 'b' }, dependencies: { left: '1.0.0' } });
  expect(JSON.parse(text('package.json')).scripts).not.toHaveProperty('load');
  expect(Object.keys(JSON.parse(text('package-lock.json')).packages)).toEqual(['', 'node_modules/left']);
});

test('serving.yaml has the keys of the chosen features alone', () => {
  const yaml = Buffer.from(template.files.get('base/serving.yaml') ?? []).toString('utf8');
  const more = { 'base/serving.yaml': `${yaml}\n# Truths.\nfeedback:\n  # seconds\n  ttlSeconds: 5\n` };
  expect(render({ features: ['feedback'] }, more).text('serving.yaml')).toContain('# Truths.\nfeedback:\n');
  const without = render({ features: [] }, more).text('serving.yaml');
  expect(without).toBe(render({ features: [] }).text('serving.yaml'));
});

test.each([
  ['neds: [page]\ndescription: d', 'unknown key neds; expected description, costs, needs'],
  ['description: ""', 'description: expected one line of at most 100 characters'],
  ['description: d\nneeds: [pgae]', 'needs: there is no feature "pgae"; did you mean page?'],
  ['description: d\nconflicts: [drift]', 'conflicts: drift names itself'],
  ['description: d\nfiles: docs/', 'files: expected a list, found "docs/"'],
  ['description: d\nfiles: [a, a]', 'files: an entry is there twice'],
  ['description: d\nscripts: [7]', 'scripts: expected text, found 7'],
  ['- a', 'expected keys and values'],
])('the declaration %j is refused', (text, message) => {
  expect(() => declarationsOf(withFiles({ 'features/drift.yaml': text }))).toThrow(`features/drift.yaml: ${message}`);
});
