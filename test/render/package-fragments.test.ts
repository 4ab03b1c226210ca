import { mergePackageJson, mergePackageLock } from '../../generators/render/package-fragments.ts';

const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>;

test('package.json gets the dependencies of a feature, in order, and keeps the place of its keys', () => {
  const base = JSON.stringify({ name: 'x', dependencies: { b: '1.0.0' }, license: 'MIT' });
  const merged = parsed(mergePackageJson(base, ['{"dependencies": {"a": "2.0.0"}}', '{"scripts": {"go": "run"}}']));
  expect(Object.keys(merged)).toEqual(['name', 'dependencies', 'license', 'scripts']);
  expect(Object.entries(merged['dependencies'] as object)).toEqual([
    ['a', '2.0.0'],
    ['b', '1.0.0'],
  ]);
});

test('two may bring the same version, but not two versions', () => {
  const base = '{"dependencies": {"a": "1.0.0"}}';
  expect(parsed(mergePackageJson(base, [base]))).toEqual(parsed(base));
  expect(() => mergePackageJson(base, ['{"dependencies": {"a": "2.0.0"}}'])).toThrow('different values');
});

describe('package-lock.json', () => {
  const lock = (packages: object) => JSON.stringify({ name: 'x', packages });
  const base = lock({
    '': { name: 'x', dependencies: { b: '1.0.0' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '3.0.0', dev: true, license: 'MIT' },
  });

  test('gets the packages of a feature; one that was for development only no longer is', () => {
    const fragment = lock({
      '': { dependencies: { a: '2.0.0' } },
      'node_modules/a': { version: '2.0.0', optional: true },
      'node_modules/c': { version: '3.0.0', license: 'MIT' },
    });
    const { packages } = JSON.parse(mergePackageLock(base, [fragment])) as { packages: Record<string, object> };
    expect(Object.entries(packages)).toEqual([
      ['', { name: 'x', dependencies: { a: '2.0.0', b: '1.0.0' } }],
      ['node_modules/a', { version: '2.0.0', optional: true }],
      ['node_modules/b', { version: '1.0.0' }],
      ['node_modules/c', { version: '3.0.0', license: 'MIT' }],
    ]);
  });

  test('refuses another version at the same place', () => {
    const fragment = lock({ '': {}, 'node_modules/b': { version: '1.0.1' } });
    expect(() => mergePackageLock(base, [fragment])).toThrow('node_modules/b');
  });

  test('without fragments nothing is touched', () => {
    expect(mergePackageLock(base, [])).toBe(base);
  });
});
