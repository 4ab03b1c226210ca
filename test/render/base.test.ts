import { readFileSync } from 'node:fs';
import picomatch from 'picomatch';
import { ownPackage } from '../../generators/app/package.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { featureRules } from '../../generators/render/features/declarations.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { matches } from '../../generators/render/template.ts';

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);
const context = {
  directoryName: 'my-model',
  features: featureRules(template),
  sample: (modelType: Parameters<typeof sampleOf>[1]) => sampleOf(template, modelType),
};
const { notRendered = [] } = template.spec;
const base = [...template.files]
  .filter(([path]) => path.startsWith('base/'))
  .map(([path, bytes]) => [path.slice('base/'.length), bytes] as const);

/** All features, with answers that leave no path of the base out; an Ingress and a Gateway exclude each other. */
const ANSWERS = [
  { exposure: 'ingress', rollout: 'canary', modelSource: 'storage' },
  { exposure: 'gateway' },
  // Last, so that it is what counts where a path depends on more than being there.
  {},
] as const;
const trees = ANSWERS.map((answers) =>
  renderTree(settleAnswers({ ...answers, features: [...context.features.keys()] }, context), template),
);

test('rendered with the default answers and all features the base is, to the byte, what users get', () => {
  const tree = new Map(trees.flatMap((one) => [...one]));
  const own = base.filter(([path]) => !path.endsWith('.ejs') && !notRendered.some((pattern) => matches(pattern, path)));
  const different = own
    .map(([path, bytes]) => [path.replace(/(^|\/)_(?=git|npm)/, '$1.'), bytes] as const)
    .filter(([path, bytes]) => Buffer.compare(Buffer.from(tree.get(path)?.bytes ?? ''), Buffer.from(bytes)) !== 0)
    .map(([path]) => path);
  expect(own.length).toBeGreaterThan(50);
  // Where it is runtime/features.ts: npm run docs
  expect(different).toEqual([]);
});

test('what stays in this project is in no repository and not in the package', () => {
  const staying = [...template.files.keys()].filter((path) => {
    const inside = path.replace(/^(base|features\/[^/]+)\//, '');
    return inside !== path && notRendered.some((pattern) => matches(pattern, inside));
  });
  expect(staying.length).toBeGreaterThan(10);
  const tree = renderTree(settleAnswers({ features: [...context.features.keys()] }, context), template);
  expect([...tree.keys()].filter((path) => notRendered.some((pattern) => matches(pattern, path)))).toEqual([]);
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
  const excluded = files.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1));
  const isExcluded = picomatch(
    excluded.flatMap((entry) => [entry, `${entry}/**`]),
    { dot: true },
  );
  expect(staying.filter((path) => !isExcluded(`template-files/${path}`))).toEqual([]);
});
