import { neededFiles } from '../../generators/regenerate/imports/needed.ts';
import { importedPaths, isCode, rewriteImports } from '../../generators/regenerate/imports/rewrite.ts';

const rules = {
  moved: new Map([
    ['src/errors.ts', 'runtime/errors.ts'],
    ['src/http/routes.ts', 'runtime/http/routes.ts'],
    ['src/drift/bins.ts', 'runtime/features/drift/bins.ts'],
    ['src/http/index.ts', 'runtime/http/index.ts'],
  ]),
  importAs: (path: string) => (path.startsWith('runtime/') ? `#${path.replace(/\.ts$/, '')}` : null),
};
const stays = (path: string) => ({ from: path, to: path });

test.each([
  ["import { a } from './errors.ts';", "import { a } from '#runtime/errors';"],
  ["import type { a } from './errors.js';", "import type { a } from '#runtime/errors';"],
  ["import {\n  a,\n} from './errors';", "import {\n  a,\n} from '#runtime/errors';"],
  ["export * from './drift/bins.ts';", "export * from '#runtime/features/drift/bins';"],
  ['const { a } = await import("./errors.ts");', 'const { a } = await import("#runtime/errors");'],
  ["import './errors.ts';", "import '#runtime/errors';"],
  ["jest.unstable_mockModule('./errors.ts', () => ({}));", "jest.unstable_mockModule('#runtime/errors', () => ({}));"],
  ["import { h } from './http';", "import { h } from '#runtime/http/index';"],
  ["import { a } from './ours.ts';", "import { a } from './ours.ts';"],
  ["import { a } from 'errors.ts';", "import { a } from 'errors.ts';"],
  ["log('from ./errors.ts');", "log('from ./errors.ts');"],
  ["import { a } from '../../errors.ts';", "import { a } from '../../errors.ts';"],
])('the team’s %j follows', (text, expected) => {
  expect(rewriteImports(text, stays('src/app.ts'), rules)).toBe(expected);
});

test('from a test, too', () => {
  expect(rewriteImports("from '../src/http/routes.ts'", stays('test/ours.test.ts'), rules)).toBe(
    "from '#runtime/http/routes'",
  );
});

test.each([
  ["from '../errors.ts'", "from '../errors.ts'"],
  ["from '../drift/bins.ts'", "from '../features/drift/bins.ts'"],
  ["from '../ours.ts'", "from '../../src/ours.ts'"],
  ["from './ours/auth.ts'", "from '../../src/http/ours/auth.ts'"],
])('in a file that moves itself, %j is relative to its new place', (text, expected) => {
  const place = { from: 'src/http/routes.ts', to: 'runtime/http/routes.ts' };
  expect(rewriteImports(text, place, rules)).toBe(expected);
});

test('code is what can import', () => {
  expect(['a.ts', 'a.mjs', 'a.cts', 'a.jsx', 'a.json', 'a.md', 'Dockerfile'].filter(isCode)).toEqual([
    'a.ts',
    'a.mjs',
    'a.cts',
    'a.jsx',
  ]);
});

test('what removed files alone import is not needed', () => {
  const file = (path: string, text: string) => ({ path, text });
  const removed = new Map(
    [
      file('test/helpers/service.ts', "import './ports.ts';"),
      file('test/helpers/ports.ts', "import './service.ts';"),
      file('test/helpers/rest.ts', ''),
      file('test/http.test.ts', "import './helpers/rest.ts';"),
    ].map((one) => [one.path, one] as const),
  );
  const needed = neededFiles([file('test/ours.test.ts', "import { boot } from './helpers/service.ts';")], removed);
  expect([...needed]).toEqual([
    ['test/helpers/service.ts', 'test/ours.test.ts'],
    ['test/helpers/ports.ts', 'test/helpers/service.ts'],
  ]);
  expect(importedPaths("import './helpers/rest.ts'", 'test/http.test.ts')).toContain('test/helpers/rest.ts');
});
