import type { AnswerTo, Known, Question } from './question.ts';
import {
  validateLine,
  validateModelName,
  validateName,
  validateOwner,
  validateRegistry,
  validateRepository,
  validateSemver,
} from './text-rules.ts';

/**
 * Every question, in the order it is asked. Prompts, `--set` keys, the answers file, its JSON Schema and the table in
 * `docs/CLI.md` are derived from this list; nothing about a question is written anywhere else.
 */
export const questions = [
  {
    name: 'name',
    type: 'text',
    layer: 'infrastructure',
    message: 'Name of the service',
    help: 'Names the package, the image and the workloads.',
    default: (_known, context) => context.directoryName,
    validate: validateName,
  },
  {
    name: 'description',
    type: 'text',
    layer: 'infrastructure',
    message: 'What it predicts, in a sentence',
    help: 'Stands in package.json, the README and the image.',
    default: () => 'A prediction service',
    validate: validateLine,
  },
  {
    name: 'modelType',
    type: 'choice',
    layer: 'ml',
    message: 'Type of the model',
    help: 'Decides what a request holds and what a prediction says.',
    default: () => 'tabular-classification',
    choices: [
      {
        value: 'tabular-classification',
        label: 'Tabular classification: named columns in, a label with probabilities out',
      },
      { value: 'tabular-regression', label: 'Tabular regression: named columns in, a number out' },
      { value: 'image-classification', label: 'Image classification: a picture in, a label with probabilities out' },
      { value: 'text-classification', label: 'Text classification: a text in, a label with probabilities out' },
      { value: 'custom', label: 'Custom: any tensors in and out' },
    ],
  },
  {
    name: 'modelName',
    type: 'text',
    layer: 'ml',
    message: 'Name of the model',
    help: 'The name in `/v2/models/<name>`, in metrics and in logs.',
    default: (known) => known.name ?? 'model',
    validate: validateModelName,
  },
  {
    name: 'modelVersion',
    type: 'text',
    layer: 'ml',
    message: 'Version of the model',
    help: 'Semver; raised with each release of the model.',
    default: () => '1.0.0',
    validate: validateSemver,
  },
  {
    name: 'inputs',
    type: 'tensors',
    layer: 'ml',
    message: 'Inputs of the model, as name:DATATYPE[shape]{columns}',
    help: 'Name, datatype, shape (-1 is variable) and columns of each input; with units and ranges in an answers file.',
    default: (known, context) => context.sample(known.modelType ?? 'tabular-classification').inputs,
  },
  {
    name: 'outputs',
    type: 'tensors',
    layer: 'ml',
    message: 'Outputs of the model, as name:DATATYPE[shape]{labels}',
    help: 'Name, datatype, shape and labels of each output that is served.',
    default: (known, context) => context.sample(known.modelType ?? 'tabular-classification').outputs,
  },
  {
    name: 'owner',
    type: 'text',
    layer: 'infrastructure',
    message: 'Team that owns it',
    help: 'Stands in the README and in the image; the default of the registry and the contact follows it.',
    default: () => 'ml-team',
    validate: validateOwner,
  },
  {
    name: 'contact',
    type: 'text',
    layer: 'infrastructure',
    message: 'Where to reach the team',
    help: 'An e-mail address or a channel; stands in the README.',
    default: (known) => `${known.owner ?? 'ml-team'}@example.com`,
    validate: validateLine,
  },
  {
    name: 'ci',
    type: 'choice',
    layer: 'infrastructure',
    message: 'CI provider',
    help: 'Which pipeline is stamped out.',
    default: () => 'github',
    choices: [
      { value: 'github', label: 'GitHub Actions' },
      { value: 'gitlab', label: 'GitLab CI' },
      { value: 'none', label: 'None' },
    ],
  },
  {
    name: 'registry',
    type: 'text',
    layer: 'infrastructure',
    message: 'Container registry',
    help: 'Where the image is pushed: `<registry>/<name>`.',
    default: (known) => defaultRegistry(known),
    validate: validateRegistry,
  },
  {
    name: 'node',
    type: 'choice',
    layer: 'ml',
    message: 'Node.js release line of the image and of CI',
    help: 'The major version of Node.js that runs the service.',
    default: () => '24',
    choices: [
      { value: '24', label: '24 (recommended)' },
      { value: '22', label: '22' },
      { value: '20', label: '20' },
    ],
  },
  {
    name: 'repository',
    type: 'text',
    layer: 'infrastructure',
    message: 'Address of the repository',
    help: 'Alerts link to the runbook there.',
    asked: false,
    default: (known) => defaultRepository(known),
    validate: validateRepository,
  },
  {
    name: 'availabilityObjective',
    type: 'number',
    layer: 'infrastructure',
    message: 'Availability objective, in percent',
    help: 'The part of the predictions that must not fail, over 30 days; alerts follow how fast the rest is used up.',
    asked: false,
    default: () => 99.9,
    // Below 95 % even a total failure does not burn the budget fast enough to page; above 99.999 % one failure in a month does.
    min: 95,
    max: 99.999,
    digits: 3,
  },
  {
    name: 'latencyObjectiveMs',
    type: 'number',
    layer: 'infrastructure',
    message: 'Latency objective, in milliseconds',
    help: '99 % of the predictions are answered within it; a bound of the latency histogram lies exactly on it.',
    asked: false,
    default: () => 250,
    min: 1,
    max: 60_000,
    digits: 0,
  },
] as const satisfies readonly Question[];

/** The answers to all questions. */
export type Answers = { readonly [Q in (typeof questions)[number] as Q['name']]: AnswerTo<Q> };

function defaultRegistry(known: Known): string {
  const host = known.ci === 'gitlab' ? 'registry.gitlab.com' : 'ghcr.io';
  return `${host}/${known.owner ?? 'ml-team'}`;
}

function defaultRepository({ ci, owner = 'ml-team', name = 'my-model' }: Known): string {
  return `https://${ci === 'gitlab' ? 'gitlab.com' : 'github.com'}/${owner}/${name}`;
}
