import { ownPackage } from '../../generators/app/package.ts';
import type { GivenAnswers } from '../../generators/questions/answers.ts';
import { FEATURE_NAMES } from '../../generators/questions/features.ts';
import { questions } from '../../generators/questions/questions.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { matches, type Template } from '../../generators/render/template.ts';
import { answersWith, template } from '../fixtures/template.ts';

const files = ['base/deploy/canary/rollout.yaml.ejs', 'base/deploy/canary/notes.md', 'base/deploy/base.yaml'];
const from: Template = {
  ...template,
  spec: {
    ...template.spec,
    conditional: {
      'deploy/canary/': { rollout: ['canary'] },
      'deploy/canary/notes.md': { ci: ['github', 'gitlab'], exposure: ['gateway'] },
    },
  },
  files: new Map([...template.files, ...files.map((path) => [path, Buffer.from('a: 1\n')] as const)]),
};
const deployed = (given: GivenAnswers) =>
  [...renderTree(answersWith(given), from).keys()].filter((path) => path.startsWith('deploy/'));

test('a path that depends on an answer is rendered with that answer alone', () => {
  expect(deployed({})).toEqual(['deploy/base.yaml']);
  expect(deployed({ rollout: 'canary' })).toEqual(['deploy/base.yaml', 'deploy/canary/rollout.yaml']);
});

test('a path under several conditions has to meet each of them, and each answer of one', () => {
  const notes = (given: GivenAnswers) => deployed({ rollout: 'canary', ...given }).includes('deploy/canary/notes.md');
  expect(notes({ exposure: 'gateway' })).toBe(true);
  expect(notes({ exposure: 'gateway', ci: 'none' })).toBe(false);
  expect(notes({ exposure: 'ingress' })).toBe(false);
  expect(deployed({ exposure: 'gateway' })).toEqual(['deploy/base.yaml']);
});

test('a path may depend on a feature beside the one that it belongs to', () => {
  const withNotes: Template = { ...from, spec: { ...from.spec, conditional: { 'deploy/': { features: ['drift'] } } } };
  const count = (given: GivenAnswers) =>
    [...renderTree(answersWith(given), withNotes).keys()].filter((path) => path.startsWith('deploy/')).length;
  expect([count({ features: ['page'] }), count({ features: ['drift', 'page'] })]).toEqual([0, 3]);
});

test('what template.json makes conditional is there, and its answers and values are those of questions', () => {
  const { version, templateFolder } = ownPackage();
  const { spec, files: all } = loadTemplate(templateFolder, version);
  const paths = [...all.keys()].map((path) => path.replace(/^(base|features\/[^/]+)\//, '').replace(/\.ejs$/, ''));
  const conditions = Object.entries(spec.conditional ?? {});
  expect(conditions.length).toBeGreaterThan(3);
  for (const [pattern, when] of conditions) {
    const [file = '', title] = pattern.split('#');
    const isThere = [...all].some(
      ([path, bytes]) =>
        matches(`base/${file}`, path) && (!title || Buffer.from(bytes).includes(JSON.stringify(title))),
    );
    expect([pattern, isThere || paths.some((path) => matches(pattern, path))]).toEqual([pattern, true]);
    for (const [name, values] of Object.entries(when)) {
      const question = questions.find((one) => one.name === name);
      const choices = question?.type === 'choice' ? question.choices.map(({ value }) => String(value)) : [];
      const known: readonly string[] = name === 'features' ? FEATURE_NAMES : choices;
      expect(known).toEqual(expect.arrayContaining([...values]));
    }
  }
});
