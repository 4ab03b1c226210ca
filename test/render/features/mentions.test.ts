import { ownPackage } from '../../../generators/app/package.ts';
import type { GivenAnswers } from '../../../generators/questions/answers.ts';
import { FEATURE_NAMES, type FeatureName } from '../../../generators/questions/features.ts';
import { settleAnswers } from '../../../generators/questions/settle.ts';
import { featureRules } from '../../../generators/render/features/declarations.ts';
import { loadTemplate } from '../../../generators/render/load-template.ts';
import { renderTree } from '../../../generators/render/render-tree.ts';
import { sampleOf } from '../../../generators/render/samples.ts';

/* What is not chosen is not mentioned: in no manifest, rule, panel, script, page of the docs or recipe of the image. */

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);
const context = {
  directoryName: 'my-model',
  features: featureRules(template),
  sample: (type: Parameters<typeof sampleOf>[1]) => sampleOf(template, type),
};
const PLACES =
  /^(deploy|monitoring|docs|scripts)\/|^(README\.md|Dockerfile|\.dockerignore|compose\.yaml|\.gitlab-ci\.yml)$|^\.github\//;

/** Lines of the repository that have a word, as `<path>: <line>`. Which features could be added may be said; `--fail-on drift` is about edited files. */
function mentions(given: GivenAnswers, word: RegExp): string[] {
  return [...renderTree(settleAnswers(given, context), template)].flatMap(([path, { bytes }]) => {
    if (!PLACES.test(path) || path === 'docs/MODEL_CARD.md') return [];
    const lines = Buffer.from(bytes).toString('utf8').split('\n');
    return [path, ...lines]
      .filter((line) => word.test(line) && !/create-ml-serving add|--fail-on/.test(line))
      .map((line) => `${path}: ${line.trim().slice(0, 160)}`);
  });
}

/** How each feature is mentioned. */
const WORDS: Readonly<Record<FeatureName, RegExp>> = {
  batch: /npm run batch|deploy\/batch|overlays\/batch|indexed/i,
  drift: /drift|npm run reference|reference\.json|prediction_bin|feature_bin/i,
  feedback: /feedback|accuracy/i,
  'http-fast-path': /HTTP_READER|fast.path/i,
  kserve: /kserve|InferenceService/i,
  'load-test': /load.test/i,
  page: /page\.(css|js)|a page to try|\bpublic\//i,
  'prediction-log': /prediction.?log/i,
  'queue-autoscaling': /queue-scaling|KEDA/i,
  variants: /shadow|-candidate|the candidate|a candidate|\bA\/B\b/i,
};

test.each(Object.entries(WORDS) as [FeatureName, RegExp][])(
  '%s: mentioned where it is chosen, and there alone',
  (name, word) => {
    const others = FEATURE_NAMES.filter(
      (other) => other !== name && !context.features.get(other)?.needs.includes(name),
    );
    expect(mentions({ features: [...others, name] }, word)).not.toEqual([]);
    expect(mentions({ features: others }, word)).toEqual([]);
    expect(mentions({ features: [] }, word)).toEqual([]);
  },
);

test.each<[string, GivenAnswers, GivenAnswers, RegExp]>([
  ['a canary', { rollout: 'canary' }, {}, /\bargo\b|wait_for_rollout|overlays\/canary/i],
  ['a model from storage', { modelSource: 'storage' }, {}, /fetch-model|model-from-storage|initContainers/i],
  ['an Ingress', { exposure: 'ingress' }, { exposure: 'gateway' }, /kind: Ingress|cert-manager|components\/ingress/],
  ['a Gateway', { exposure: 'gateway' }, { exposure: 'ingress' }, /HTTPRoute|components\/gateway/],
  ['the proxy', { exposure: 'ingress' }, {}, /\bnginx\b/i],
])('%s: mentioned with the answer that asks for it, and with no other', (_name, chosen, other, word) => {
  expect(mentions({ features: [], ...chosen }, word)).not.toEqual([]);
  expect(mentions({ features: [], ...other }, word)).toEqual([]);
});
