import { posix } from 'node:path';
import { ownPackage } from '../../../generators/app/package.ts';
import { FEATURE_NAMES, type FeatureName, withNeeds } from '../../../generators/questions/features.ts';
import { settleAnswers } from '../../../generators/questions/settle.ts';
import type { FeatureDeclaration } from '../../../generators/render/features/declaration.ts';
import { declarationsOf } from '../../../generators/render/features/declarations.ts';
import { hasPath, jsonPlace } from '../../../generators/render/features/json-keys.ts';
import { FEATURE_LIST } from '../../../generators/render/features/list-file.ts';
import { loadTemplate } from '../../../generators/render/load-template.ts';
import { renderTree } from '../../../generators/render/render-tree.ts';
import { sampleOf } from '../../../generators/render/samples.ts';
import { matches } from '../../../generators/render/template.ts';

/* What template-files/features/*.yaml declare, compared with the template itself. */

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);
const declarations = declarationsOf(template);
const all = [...declarations.values()];
const context = {
  directoryName: 'my-model',
  features: declarations,
  sample: (type: Parameters<typeof sampleOf>[1]) => sampleOf(template, type),
};

/** All files of repositories with every feature, of whatever provider and model type. */
const files = new Map<string, string>();
for (const ci of ['github', 'gitlab'] as const) {
  for (const modelType of ['tabular-classification', 'image-classification', 'text-classification'] as const) {
    const answers = settleAnswers({ ci, modelType, features: [...FEATURE_NAMES] }, context);
    for (const [path, { bytes }] of renderTree(answers, template)) files.set(path, Buffer.from(bytes).toString('utf8'));
  }
}
const paths = [...files.keys()];
const manifest = JSON.parse(files.get('package.json') as string) as Record<
  'dependencies' | 'devDependencies' | 'scripts',
  Record<string, string>
>;

const ownersOf = (path: string) => all.filter((one) => one.files.some((pattern) => matches(pattern, path)));
const namesOf = (owners: readonly FeatureDeclaration[]) => owners.map(({ name }) => name);

/** Whether something is there whenever what uses it is: it belongs to all repositories, or to what each owner of the user needs. */
function isAlwaysWith(user: readonly FeatureName[], used: readonly FeatureName[]): boolean {
  if (used.length === 0) return true;
  return (
    user.length > 0 && user.every((name) => withNeeds([name], declarations).some((needed) => used.includes(needed)))
  );
}

test('every feature is declared', () => {
  expect([...declarations.keys()]).toEqual(FEATURE_NAMES);
});

test('every folder of runtime/features/ is that of a feature', () => {
  const folders = new Set(paths.flatMap((path) => /^runtime\/features\/([^/]+)\//.exec(path)?.[1] ?? []));
  expect([...folders].filter((name) => !declarations.has(name as FeatureName))).toEqual([]);
  expect(folders.size).toBeGreaterThan(5);
});

describe.each(all.map((one) => [one.name, one] as const))('what %s declares is there', (name, one) => {
  test('files', () => {
    const own = one.files.filter((pattern) => pattern !== `runtime/features/${name}/`);
    expect(own.filter((pattern) => !paths.some((path) => matches(pattern, path)))).toEqual([]);
  });

  test('packages and scripts', () => {
    const packages = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(one.packages.filter((dependency) => !(dependency in packages))).toEqual([]);
    expect(one.scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });

  test('keys of the schema, and values of other JSON files', () => {
    const missing = one.schema.filter((entry) => {
      const { file, path } = jsonPlace(entry);
      const text = files.get(file);
      return text === undefined || !hasPath(JSON.parse(text), path);
    });
    expect(missing).toEqual([]);
  });

  test('panels', () => {
    const titles = new Set(
      paths
        .filter((path) => path.startsWith('monitoring/grafana/dashboards/'))
        .flatMap((path) => (JSON.parse(files.get(path) as string) as { panels: { title?: string }[] }).panels)
        .map(({ title }) => title),
    );
    expect(one.dashboards.filter((title) => !titles.has(title))).toEqual([]);
  });
});

/** Modules of the repository that a module imports, and names of packages. */
function importsOf(path: string): { modules: string[]; packages: string[] } {
  const text = files.get(path) as string;
  const targets = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, target]) => target as string);
  const modules = targets.flatMap((target) => {
    if (target.startsWith('#runtime/')) return [`${target.slice(1)}.ts`];
    return target.startsWith('.') ? [posix.join(posix.dirname(path), target)] : [];
  });
  const packages = targets
    .filter((target) => /^(@[^/]+\/)?[a-z]/.test(target))
    .map((target) =>
      target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  return { modules, packages };
}

const code = paths.filter((path) => /\.(ts|mjs|js)$/.test(path) && path !== FEATURE_LIST);

test('no module imports one of a feature that may be absent; only runtime/features.ts knows the features', () => {
  expect(code.length).toBeGreaterThan(100);
  const wrong = code.flatMap((path) =>
    importsOf(path)
      .modules.filter((target) => !isAlwaysWith(namesOf(ownersOf(path)), namesOf(ownersOf(target))))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('no module imports a package of a feature that may be absent', () => {
  const ownersOfPackage = (name: string) => namesOf(all.filter(({ packages }) => packages.includes(name)));
  const wrong = code.flatMap((path) =>
    importsOf(path)
      .packages.filter((name) => !isAlwaysWith(namesOf(ownersOf(path)), ownersOfPackage(name)))
      .map((name) => `${path} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('a script of package.json runs nothing of a feature that may be absent', () => {
  const wrong = Object.entries(manifest.scripts).flatMap(([script, command]) => {
    const owners = namesOf(all.filter(({ scripts }) => scripts.includes(script)));
    const mentioned = code.filter((path) => {
      const module = path.replace(/\.ts$/, '');
      return command.split(' ').some((word) => word === path || word === module);
    });
    return mentioned
      .filter((path) => !isAlwaysWith(owners, namesOf(ownersOf(path))))
      .map((path) => `${script} runs ${path}`);
  });
  expect(wrong).toEqual([]);
});
