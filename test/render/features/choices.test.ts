import { posix } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ownPackage } from '../../../generators/app/package.ts';
import { FEATURE_NAMES, type FeatureName } from '../../../generators/questions/features.ts';
import { settleAnswers } from '../../../generators/questions/settle.ts';
import { declarationsOf } from '../../../generators/render/features/declarations.ts';
import { hasPath, jsonPlace } from '../../../generators/render/features/json-keys.ts';
import { loadTemplate } from '../../../generators/render/load-template.ts';
import { renderTree } from '../../../generators/render/render-tree.ts';
import { sampleOf } from '../../../generators/render/samples.ts';

/* No repository mentions what its choice of features leaves out. */

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);
const context = {
  directoryName: 'my-model',
  features: declarationsOf(template),
  sample: (type: Parameters<typeof sampleOf>[1]) => sampleOf(template, type),
};

function filesOf(features: readonly FeatureName[], ci: 'github' | 'gitlab'): ReadonlyMap<string, string> {
  const tree = renderTree(settleAnswers({ features, ci }, context), template);
  return new Map([...tree].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString('utf8')]));
}

const CHOICES: readonly (readonly [string, readonly FeatureName[]])[] = [
  ['none', []],
  ...FEATURE_NAMES.map((name) => [name, [name]] as const),
  ['all', FEATURE_NAMES],
];

const isText = (path: string) => /\.(md|ya?ml|json|ts|mjs|js|sh|html)$|Dockerfile$/.test(path);
const isCode = (path: string) => /\.(ts|mjs|js)$/.test(path);

/** Words of npm that are no scripts of package.json. */
const NPM_OWN = new Set(['test', 'start']);

describe.each(CHOICES)('with features=%s', (_name, features) => {
  const files = filesOf(features, 'github');
  const texts = [...files].filter(([path]) => isText(path) && path !== 'package-lock.json');

  test('every script that is mentioned is there', () => {
    const { scripts } = JSON.parse(files.get('package.json') as string) as { scripts: Record<string, string> };
    const missing = texts.flatMap(([path, text]) =>
      [...text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)]
        .map(([, script]) => script as string)
        .filter((script) => !(script in scripts) && !NPM_OWN.has(script))
        .map((script) => `${path}: npm run ${script}`),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  test('every file that Markdown links to is there', () => {
    const folders = new Set(
      [...files.keys()].flatMap((path) => path.split('/').map((_, i, parts) => parts.slice(0, i).join('/'))),
    );
    const missing = texts
      .filter(([path]) => path.endsWith('.md'))
      .flatMap(([path, text]) =>
        [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
          .map(([, target]) => posix.join(posix.dirname(path), target as string).replace(/\/$/, ''))
          .filter((target) => !files.has(target) && !folders.has(target))
          .map((target) => `${path} links to ${target}`),
      );
    expect(missing).toEqual([]);
  });

  test('every section that Markdown links to is there', () => {
    const anchorsOf = (text: string) =>
      new Set(
        [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
          (title as string)
            .toLowerCase()
            .replace(/[^\p{L}\p{N}_ -]/gu, '')
            .replaceAll(' ', '-'),
        ),
      );
    const missing = texts
      .filter(([path]) => path.endsWith('.md'))
      .flatMap(([path, text]) =>
        [...text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)/g)]
          .map(
            ([, target, anchor]) =>
              [target === '' ? path : posix.join(posix.dirname(path), target as string), anchor] as const,
          )
          .filter(
            ([target, anchor]) => target.endsWith('.md') && !anchorsOf(files.get(target) ?? '').has(anchor as string),
          )
          .map(([target, anchor]) => `${path} links to ${target}#${anchor}`),
      );
    expect(missing).toEqual([]);
  });

  test('every manifest that a kustomization names is there', () => {
    const missing = [...files]
      .filter(([path]) => path.endsWith('kustomization.yaml'))
      .flatMap(([path, text]) => {
        const { resources = [], components = [] } = (parseAllDocuments(text)[0]?.toJS() ?? {}) as Record<
          string,
          string[]
        >;
        return [...resources, ...components]
          .map((entry) => posix.join(posix.dirname(path), entry))
          .filter((target) => !files.has(target) && !files.has(`${target}/kustomization.yaml`))
          .map((target) => `${path} names ${target}`);
      });
    expect(missing).toEqual([]);
  });

  test('every reference of a schema leads somewhere', () => {
    const missing = [...files]
      .filter(([path]) => /^schema\/.*\.json$/.test(path))
      .flatMap(([path, text]) => {
        const schema: unknown = JSON.parse(text);
        return [...text.matchAll(/"\$ref": "(#\/[^"]+)"/g)]
          .map(([, reference]) => reference as string)
          .filter((reference) => !hasPath(schema, jsonPlace(reference).path))
          .map((reference) => `${path}: ${reference}`);
      });
    expect(missing).toEqual([]);
  });

  test('every module that is imported is there', () => {
    const missing = [...files]
      .filter(([path]) => isCode(path))
      .flatMap(([path, text]) =>
        [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+\.(?:ts|mjs)|#runtime\/[^']+)'/g)]
          .map(([, target]) => target as string)
          .map((target) => (target.startsWith('#') ? `${target.slice(1)}.ts` : posix.join(posix.dirname(path), target)))
          .filter((target) => !files.has(target))
          .map((target) => `${path} imports ${target}`),
      );
    expect(missing).toEqual([]);
  });
});
