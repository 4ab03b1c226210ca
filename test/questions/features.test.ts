import { parseAnswersFile } from '../../generators/questions/answers-file.ts';
import {
  type AllFeatureRules,
  FEATURE_NAMES,
  type FeatureName,
  type FeatureRules,
  neededFeatures,
  withNeeds,
} from '../../generators/questions/features.ts';
import { type CheckboxPrompt, fromPrompts, toPrompts } from '../../generators/questions/prompts.ts';
import { parseSetFlags } from '../../generators/questions/set-flags.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { context } from '../fixtures/template.ts';

const rules = (given: Partial<Record<FeatureName, Partial<FeatureRules>>>): AllFeatureRules =>
  new Map(
    FEATURE_NAMES.map((name) => [name, { description: `what ${name} does`, needs: [], conflicts: [], ...given[name] }]),
  );
const withRules = (given: Parameters<typeof rules>[0]) => ({ ...context, features: rules(given) });
const set = (value: string) => parseSetFlags([`features=${value}`]).features;

test.each([
  ['drift,page', ['drift', 'page']],
  [' page , drift,page', ['drift', 'page']],
  ['none', []],
  ['default', ['page']],
  ['default,drift', ['drift', 'page']],
  ['all', [...FEATURE_NAMES]],
])('--set features=%s is %j', (text, features) => {
  expect(set(text)).toEqual(features);
});

test('an answers file has them as a list, as text or as a word, and none as an empty list', () => {
  const read = (features: string) => parseAnswersFile(`features: ${features}\n`, 'a.yaml').features;
  expect(read('[page, drift]')).toEqual(['drift', 'page']);
  expect(read('page, drift')).toEqual(['drift', 'page']);
  expect(read('all')).toEqual(FEATURE_NAMES);
  expect(read('[]')).toEqual([]);
});

test('a name that is no feature is refused with the nearest one, and all that there are', () => {
  expect(() => set('page,drfit')).toThrow(
    /there is no feature "drfit"; did you mean drift\? the features are batch, .*variants/,
  );
  expect(() => set('predictionLog')).toThrow('did you mean prediction-log?');
  expect(() => set('blockchain')).toThrow(/there is no feature "blockchain"; the features are/);
  expect(() => set('')).toThrow('--set features: is empty; expected names of features, or none');
  expect(() => set('page,')).toThrow('there is no feature ""');
  expect(() => parseAnswersFile('features:\n  - page\n  - 7\n', 'a.yaml')).toThrow(
    'a.yaml:3: features[1]: there is no feature 7',
  );
  expect(() => parseAnswersFile('features: true\n', 'a.yaml')).toThrow('expected names of features, found true');
});

test('none together with others is a contradiction', () => {
  expect(() => set('none,page')).toThrow('none does not go together with page');
  expect(() => set('all,none')).toThrow('none does not go together with all');
});

test('the page alone is the default, and a preset may give another', () => {
  expect(settleAnswers({}, context).features).toEqual(['page']);
  expect(settleAnswers({}, { ...context, defaults: { features: ['drift'] } }).features).toEqual(['drift']);
});

test('what a feature needs is chosen with it, by however many steps', () => {
  const all = rules({ variants: { needs: ['feedback'] }, feedback: { needs: ['prediction-log'] } });
  const chosen = withNeeds(['variants'], all);
  expect(chosen).toEqual(['feedback', 'prediction-log', 'variants']);
  expect(neededFeatures(['variants'], chosen, all)).toEqual([
    { name: 'feedback', by: ['variants'] },
    { name: 'prediction-log', by: ['feedback'] },
  ]);
  expect(settleAnswers({ features: ['variants'] }, { ...context, features: all }).features).toEqual(chosen);
});

test('features that need each other come together', () => {
  expect(withNeeds(['drift'], rules({ drift: { needs: ['page'] }, page: { needs: ['drift'] } }))).toEqual([
    'drift',
    'page',
  ]);
});

test('features that contradict each other are refused, by the answers and at the prompt', () => {
  const contradicting = withRules({ kserve: { conflicts: ['queue-autoscaling'] } });
  expect(() => settleAnswers({ features: ['kserve', 'queue-autoscaling'] }, contradicting)).toThrow(
    'features: kserve and queue-autoscaling do not go together: leave one out',
  );
  const prompt = toPrompts({}, contradicting).find(({ name }) => name === 'features') as CheckboxPrompt;
  expect(prompt.validate([{ value: 'kserve' }, { value: 'queue-autoscaling' }])).toContain('do not go together');
  expect(prompt.validate([{ value: 'kserve' }])).toBe(true);
});

describe('what a preset locks', () => {
  const locks = { features: { value: ['variants'] as const, by: 'company' } };

  test('is the answer, and no other is taken', () => {
    const locked = { ...context, locks };
    expect(settleAnswers({}, locked).features).toEqual(['variants']);
    expect(() => settleAnswers({ features: ['page'] }, locked)).toThrow(
      'features: page is not to be had: company locks it to variants (layer middleware)',
    );
    expect(toPrompts({}, locked).map(({ name }) => name)).not.toContain('features');
  });

  test('is not added to in silence', () => {
    const locked = { ...withRules({ variants: { needs: ['feedback'] } }), locks };
    expect(() => settleAnswers({}, locked)).toThrow(
      'features: company locks it to variants, which needs feedback,variants: lock it to that',
    );
  });
});

test('the prompt is a box to check for each feature, with its line and the default checked', () => {
  const prompt = toPrompts({}, withRules({})).find(({ name }) => name === 'features') as CheckboxPrompt;
  expect(prompt.type).toBe('checkbox');
  expect(prompt.default({})).toEqual(['page']);
  expect(prompt.choices.map(({ value }) => value)).toEqual(FEATURE_NAMES);
  expect(prompt.choices[1]?.name).toMatch(/^drift +what drift does$/);
  expect(fromPrompts({ features: ['variants', 'drift'] }, {}, context).features).toEqual(['drift', 'variants']);
  expect(fromPrompts({ features: [] }, {}, context).features).toEqual([]);
});
