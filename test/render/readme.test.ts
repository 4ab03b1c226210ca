import { ownPackage } from '../../generators/app/package.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import type { ModelType } from '../../generators/tensor.ts';
import { answersWith } from '../fixtures/template.ts';

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);

test.each<[ModelType, RegExp]>([
  ['tabular-classification', /was predicted \|$/],
  ['tabular-regression', /, of models with one target \|$/],
  ['custom', /; there only where exactly one output is a class or a single number \|$/],
])('the README of a %s model promises feedback where there is the route', (modelType, says) => {
  const { inputs, outputs } = sampleOf(template, modelType);
  const tree = renderTree({ ...answersWith(), features: ['feedback'], modelType, inputs, outputs }, template);
  const lines = Buffer.from(tree.get('README.md')?.bytes ?? [])
    .toString('utf8')
    .split('\n');
  expect(lines.find((line) => line.startsWith('| `POST /feedback`'))).toMatch(says);
});
