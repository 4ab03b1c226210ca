import { readFileSync } from 'node:fs';
import { flagsOf, type Packages } from '../../../generators/render/lock/flags.ts';
import { pruneLock } from '../../../generators/render/lock/prune.ts';

const lockOf = (packages: object) => JSON.stringify({ name: 'x', lockfileVersion: 3, packages });
const pathsOf = (text: string) => Object.keys(JSON.parse(text).packages);

test.each(['package-lock.json', 'template-files/base/package-lock.json'])(
  '%s has the flags that npm has given',
  (file) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages };
    const flags = flagsOf(packages);
    const NAMES = ['dev', 'optional', 'devOptional', 'peer'] as const;
    const different = Object.entries(packages).filter(([path, entry]) => {
      const own = entry as Partial<Record<(typeof NAMES)[number], boolean>>;
      const found = flags.get(path);
      return path !== '' && (found?.extraneous || NAMES.some((name) => Boolean(own[name]) !== found?.[name]));
    });
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(different).toEqual([]);
  },
);

test('a package that something else needs stays, and one that only development needs is noted as such', () => {
  const text = pruneLock(
    lockOf({
      '': { dependencies: { gone: '1' }, devDependencies: { tool: '1' } },
      'node_modules/gone': { version: '1.0.0', dependencies: { shared: '1', own: '1' } },
      'node_modules/own': { version: '1.0.0' },
      'node_modules/shared': {
        version: '1.0.0',
        integrity: 'x',
        license: 'MIT',
        dependencies: { deep: '1' },
        bin: {},
        cpu: ['x64'],
      },
      'node_modules/deep': { version: '1.0.0' },
      'node_modules/tool': { version: '1.0.0', dev: true, dependencies: { shared: '1' } },
    }),
    ['gone'],
  );
  const { packages } = JSON.parse(text);
  expect(pathsOf(text)).toEqual(['', 'node_modules/shared', 'node_modules/deep', 'node_modules/tool']);
  expect(packages['']).toEqual({ dependencies: {}, devDependencies: { tool: '1' } });
  expect(Object.keys(packages['node_modules/shared'])).toEqual([
    'version',
    'integrity',
    'cpu',
    'dev',
    'license',
    'dependencies',
    'bin',
  ]);
  expect(packages['node_modules/deep'].dev).toBe(true);
});

test('a package in another’s folder is found from there, before the one at the top', () => {
  const text = pruneLock(
    lockOf({
      '': { dependencies: { gone: '1', kept: '1' } },
      'node_modules/gone': { version: '1.0.0', dependencies: { twice: '1' } },
      'node_modules/kept': { version: '1.0.0', dependencies: { twice: '2' } },
      'node_modules/kept/node_modules/twice': { version: '2.0.0' },
      'node_modules/twice': { version: '1.0.0' },
    }),
    ['gone'],
  );
  expect(pathsOf(text)).toEqual(['', 'node_modules/kept', 'node_modules/kept/node_modules/twice']);
});

test('an optional peer keeps nothing, a required one does', () => {
  const packages = (meta: object) => ({
    '': { dependencies: { gone: '1', kept: '1' } },
    'node_modules/gone': { version: '1.0.0' },
    'node_modules/kept': { version: '1.0.0', peerDependencies: { gone: '1' }, peerDependenciesMeta: meta },
  });
  expect(pathsOf(pruneLock(lockOf(packages({ gone: { optional: true } })), ['gone']))).toEqual([
    '',
    'node_modules/kept',
  ]);
  expect(pathsOf(pruneLock(lockOf(packages({})), ['gone']))).toContain('node_modules/gone');
});
