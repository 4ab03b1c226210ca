import { rules } from '../../runtime/contract/rules.ts';
import type { Serving } from '../../runtime/contract/serving.ts';
import { serving } from '../helpers/serving.ts';

const problems = (changes: Partial<Serving>) =>
  rules.flatMap((rule) => rule(serving(changes))).map(({ field }) => field);

const [input] = serving().inputs;
const [output] = serving().outputs;
if (!input || !output) throw new Error('the sample has an input and an output');
const custom = { ...serving().model, type: 'custom' as const };
const regression = { ...serving().model, type: 'tabular-regression' as const };

test('a sound contract has no problem', () => {
  expect(problems({})).toEqual([]);
});

test.each<[string, Partial<Serving>, string]>([
  ['two outputs of one name', { model: custom, outputs: [output, output] }, 'outputs[1].name'],
  [
    'two columns of one name',
    { inputs: [{ ...input, features: [{ name: 'a' }, { name: 'a' }] }] },
    'inputs[0].features[1].name',
  ],
  [
    'classes of no label output',
    { outputs: [{ name: 'l', datatype: 'FP32', shape: [-1], classes: [1, 2] }, output] },
    'outputs[0].classes',
  ],
  [
    'fewer classes than labels',
    { outputs: [{ name: 'l', datatype: 'INT64', shape: [-1], classes: [1] }, output] },
    'outputs[0].classes',
  ],
  [
    'topK without labels',
    { model: regression, outputs: [{ ...output, labels: undefined, topK: 1 }] as never },
    'outputs[0].topK',
  ],
  [
    'an activation without labels',
    { model: regression, outputs: [{ ...output, labels: undefined, activation: 'softmax' }] as never },
    'outputs[0].activation',
  ],
  [
    'softmax over labels that do not exclude each other',
    { outputs: [{ ...output, multiLabel: true, activation: 'softmax' }] },
    'outputs[0].activation',
  ],
  ['a threshold of one class', { outputs: [{ ...output, threshold: 0.5 }] }, 'outputs[0].threshold'],
  [
    'a threshold beyond every probability',
    { outputs: [{ ...output, multiLabel: true, threshold: 2 }] },
    'outputs[0].threshold',
  ],
  [
    'one label that excludes nothing',
    { outputs: [{ ...output, shape: [-1, 1], labels: ['yes'], multiLabel: true }] },
    'outputs[0].multiLabel',
  ],
  ['too few features', { inputs: [{ ...input, features: [{ name: 'a' }] }] }, 'inputs[0].features'],
  [
    'min above max',
    { inputs: [{ ...input, features: [{ name: 'a', min: 2, max: 1 }, { name: 'b' }] }] },
    'inputs[0].features[0].min',
  ],
  [
    'categories of numbers',
    { inputs: [{ ...input, features: [{ name: 'a', categories: ['x'] }, { name: 'b' }] }] },
    'inputs[0].features[0].categories',
  ],
  ['a range of strings', { inputs: [{ ...input, datatype: 'BYTES' }] }, 'inputs[0].features[0]'],
  [
    'a nullable integer',
    { inputs: [{ ...input, datatype: 'INT64', features: [{ name: 'a', nullable: true }, { name: 'b' }] }] },
    'inputs[0].features[0].nullable',
  ],
  ['too many labels', { outputs: [{ ...output, labels: ['a', 'b', 'c'] }] }, 'outputs[0].labels'],
  ['a label twice', { outputs: [{ ...output, labels: ['a', 'a'] }] }, 'outputs[0].labels[1]'],
  [
    'NaN among integers',
    { inputs: [{ ...input, datatype: 'INT32', allowNonFinite: true }] },
    'inputs[0].allowNonFinite',
  ],
  ['a classifier without labels', { outputs: [{ name: 'p', datatype: 'FP32', shape: [-1, 2] }] }, 'outputs'],
  ['a regression of two outputs', { model: regression, outputs: [output, { ...output, name: 'q' }] }, 'outputs'],
  ['a table of three axes', { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2, 2] }] }, 'inputs[0].shape'],
  [
    'a delay without batches',
    { inputs: [{ ...input, shape: [1, 2] }], batching: { ...serving().batching, maxDelayMs: 5 } },
    'batching.maxDelayMs',
  ],
  [
    'a prediction for each row of an output without rows',
    { outputs: [{ ...output, perRow: false }] },
    'outputs[0].perRow',
  ],
  ['the same of an input', { inputs: [{ ...input, perRow: false }] }, 'inputs[0].perRow'],
  ['a delay beyond the timeout', { batching: { ...serving().batching, maxDelayMs: 1000 } }, 'batching.maxDelayMs'],
])('%s', (_, changes, field) => {
  expect(problems(changes)).toContain(field);
});
