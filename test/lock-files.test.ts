import { readFileSync } from 'node:fs';
import { ownPackage } from '../generators/app/package.ts';
import { settleAnswers } from '../generators/questions/settle.ts';
import { loadTemplate } from '../generators/render/load-template.ts';
import { renderTree } from '../generators/render/render-tree.ts';
import { sampleOf } from '../generators/render/samples.ts';
import { MODEL_TYPES, type ModelType } from '../generators/tensor.ts';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { version?: string; resolved?: string; integrity?: string; optionalDependencies?: Record<string, string> }
    >
  >;
}

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);

/** The lock file of a repository of this type, as it is stamped out. */
function stampedOut(modelType: ModelType): string {
  const context = { directoryName: 'my-model', sample: (type: ModelType) => sampleOf(template, type) };
  const tree = renderTree(settleAnswers({ modelType }, context), template);
  return Buffer.from(tree.get('package-lock.json')?.bytes ?? '').toString('utf8');
}

const locks: [string, string][] = [
  ['this package', readFileSync('package-lock.json', 'utf8')],
  ...MODEL_TYPES.map((type): [string, string] => [`a repository for ${type}`, stampedOut(type)]),
];

describe.each(locks)('the lock file of %s', (_of, text) => {
  const { packages } = JSON.parse(text) as Lock;
  const installed = Object.entries(packages).filter(([path]) => path !== '');

  test('holds the hash of every package and no download address', () => {
    expect(installed.length).toBeGreaterThan(50);
    const bad = installed.filter(([, entry]) => !entry.version || !entry.integrity || entry.resolved);
    expect(bad.map(([path]) => path)).toEqual([]);
  });

  // A binary that is missing from the lock makes `npm ci` fail everywhere, and the tool on its platform.
  test('names the binaries of every platform', () => {
    const names = new Set(installed.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const optional = installed.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
    expect(optional.length).toBeGreaterThan(10);
    expect(optional.filter((name) => !names.has(name))).toEqual([]);
  });
});
