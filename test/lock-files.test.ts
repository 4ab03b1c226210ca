import { readFileSync } from 'node:fs';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { version?: string; resolved?: string; integrity?: string; optionalDependencies?: Record<string, string> }
    >
  >;
}

const files = [
  'package-lock.json',
  'template-files/base/package-lock.json',
  'template-files/features/image-classification/package-lock.json',
  'template-files/features/text-classification/package-lock.json',
];

describe.each(files)('%s', (file) => {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as Lock;
  const installed = Object.entries(packages).filter(([path]) => path !== '');

  test('holds the hash of every package and no download address', () => {
    expect(installed.length).toBeGreaterThan(50);
    expect(
      installed.filter(([, entry]) => !entry.version || !entry.integrity || entry.resolved).map(([path]) => path),
    ).toEqual([]);
  });

  // A binary that is missing from the lock makes `npm ci` fail everywhere, and the tool on its platform.
  test('names the binaries of every platform', () => {
    const names = new Set(installed.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const optional = installed.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
    expect(optional.length).toBeGreaterThan(10);
    expect(optional.filter((name) => !names.has(name))).toEqual([]);
  });
});
