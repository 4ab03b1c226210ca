import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractPart } from '../../runtime/contract/part.ts';
import { readServing } from '../../runtime/contract/read.ts';
import { DEFAULTS } from '../../runtime/contract/serving.ts';
import { ServiceError } from '../../runtime/errors.ts';
import { ROOT } from '../../runtime/root.ts';
import { SCHEMA } from '../helpers/serving.ts';

const MINIMAL = `apiVersion: ml-serving/v1
model:
  name: sample
  version: "1.0.0"
  type: custom
  file: model/model.onnx
  sha256: ${'a'.repeat(64)}
inputs:
  - { name: x, datatype: FP32, shape: [-1, 2] }
outputs:
  - { name: y, datatype: FP32, shape: [-1] }
`;

function problemsOf(text: string, schema = SCHEMA): string {
  try {
    readServing(text, schema);
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).code).toBe('CONFIG_INVALID');
    return (error as ServiceError).message;
  }
  throw new Error('expected problems');
}

test('the file of this repository is valid', () => {
  const { model } = readServing(readFileSync(join(ROOT, 'serving.yaml'), 'utf8'), SCHEMA);
  expect(model.name).toMatch(/./);
});

test('what is left out has its default', () => {
  expect(readServing(MINIMAL, SCHEMA)).toMatchObject(DEFAULTS);
  const { limits } = readServing(`${MINIMAL}limits: { maxQueue: 3 }\n`, SCHEMA);
  expect(limits).toEqual({ ...DEFAULTS.limits, maxQueue: 3, maxQueueRows: 4096 });
});

test.each(['off', 'false', '"off"'])('batching: %s keeps each request a run of its own', (text) => {
  const { batching } = readServing(`${MINIMAL}batching: ${text}\n`, SCHEMA);
  expect(batching).toEqual({ ...DEFAULTS.batching, mode: 'off' });
});

test('what serving.yaml states of batching is known', () => {
  const { batching } = readServing(`${MINIMAL}batching: { maxBatchSize: 32 }\n`, SCHEMA);
  expect(batching).toEqual({ ...DEFAULTS.batching, stated: ['maxBatchSize'] });
});

test.each([
  ['batching: on', 'serving.yaml:12 batching: expected one of off, false, found "on"'],
  ['batching: { mode: off }', 'batching.mode: expected no such key'],
  ['batching: { maxBatchSize: 0 }', 'batching.maxBatchSize: expected it to be >= 1, found 0'],
])('%s is refused, and only once', (text, message) => {
  const problems = problemsOf(`${MINIMAL}${text}\n`);
  expect(problems).toContain(message);
  expect(problems.split('\n')).toHaveLength(1);
});

test('rows that may wait follow the requests, the batch and the largest request', () => {
  const rowsOf = (text: string) => readServing(`${MINIMAL}${text}`, SCHEMA).limits.maxQueueRows;
  expect(rowsOf('')).toBe(256 * 32);
  expect(rowsOf('batching: { maxBatchSize: 100 }\n')).toBe(256 * 100);
  expect(rowsOf('batching: { maxBatchSize: 1 }\n')).toBe(4 * 1024);
  expect(rowsOf('limits: { maxQueueRows: 7 }\n')).toBe(7);
});

test.each([
  [
    'an unknown key',
    MINIMAL.replace('type: custom', 'type: custom\n  tpye: x'),
    'serving.yaml:6 model.tpye: expected no such key',
  ],
  ['a missing key', MINIMAL.replace('  file: model/model.onnx\n', ''), 'model.file: expected a value, found none'],
  [
    'a wrong datatype',
    MINIMAL.replace('FP32, shape: [-1, 2]', 'FP33, shape: [-1, 2]'),
    'serving.yaml:9 inputs[0].datatype: expected one of BOOL',
  ],
  ['a wrong shape', MINIMAL.replace('[-1, 2]', '[-1, -2]'), 'inputs[0].shape[1]'],
  [
    'a version that YAML reads as a number',
    MINIMAL.replace('"1.0.0"', '1.0'),
    'serving.yaml:4 model.version: expected it to be string, found 1',
  ],
  ['a duplicate key', `${MINIMAL}inputs: []\n`, 'Map keys must be unique'],
  ['an anchor used', MINIMAL.replace('version: "1.0.0"', 'version: &v "1.0.0"\n  file: *v'), 'no anchors or aliases'],
  ['a tab', MINIMAL.replace('  name: sample', '\tname: sample'), 'expected YAML'],
  ['a path out of the repository', MINIMAL.replace('model/model.onnx', '../model.onnx'), 'model.file'],
  ['an absolute path', MINIMAL.replace('model/model.onnx', '/etc/model.onnx'), 'model.file'],
  ['no mapping at all', 'hello', 'the file: expected it to be object, found "hello"'],
  ['an empty file', '', 'the file'],
])('%s is named', (_, text, message) => {
  expect(problemsOf(text)).toContain(message);
});

test('all problems are reported at once, one a line', () => {
  const text = MINIMAL.replace('type: custom', 'type: magic').replace(
    'name: y, datatype: FP32',
    'name: y, datatype: float',
  );
  expect(problemsOf(text).split('\n')).toHaveLength(2);
});

/** As where none of the features is chosen. */
function schemaWithout(...keys: readonly string[]): string {
  const { properties, ...rest } = JSON.parse(SCHEMA) as { properties: Record<string, unknown> };
  const left = Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));
  return JSON.stringify({ ...rest, properties: left });
}

test.each([
  ['feedback: { ttlSeconds: 60 }', 'feedback', 'feedback'],
  ['predictionLog: { mode: full }', 'predictionLog', 'prediction-log'],
  ['variants: { mode: ab }', 'variants', 'variants'],
])('the key of a feature that is not chosen names the feature: %s', (text, key, feature) => {
  const schema = schemaWithout('feedback', 'predictionLog', 'variants');
  expect(problemsOf(`${MINIMAL}${text}\n`, schema)).toBe(
    `serving.yaml:12 ${key}: expected no such key, found one. It belongs to the feature ${feature}, which this repository does not have: run create-ml-serving add ${feature}, or remove the key.`,
  );
});

test('a key of the same name within a section is no feature', () => {
  const text = MINIMAL.replace('type: custom', 'type: custom\n  feedback: x');
  expect(problemsOf(text)).toBe(
    'serving.yaml:6 model.feedback: expected no such key, found one. See schema/serving.schema.json.',
  );
});

test('sections of features have their own defaults and rules', () => {
  const defaults = { maxPredictions: 7, ttlSeconds: 9 };
  const part: ContractPart = {
    complete: ({ feedback }) => ({ feedback: { ...defaults, ...feedback } }),
    rules: [
      ({ feedback }) =>
        feedback.ttlSeconds === 13
          ? [{ field: 'feedback.ttlSeconds', expected: 'luck', found: '13', mend: 'Wait.' }]
          : [],
    ],
  };
  const read = (text: string, parts: readonly ContractPart[]) => readServing(`${MINIMAL}${text}\n`, SCHEMA, 'x', parts);
  expect(read('', [])).not.toHaveProperty('feedback');
  expect(read('', [part]).feedback).toEqual(defaults);
  expect(read('feedback: { ttlSeconds: 3 }', [part]).feedback).toEqual({ maxPredictions: 7, ttlSeconds: 3 });
  expect(() => read('feedback: { ttlSeconds: 13 }', [part])).toThrow(
    'x:12 feedback.ttlSeconds: expected luck, found 13. Wait.',
  );
});

test('a byte order mark before the file is no part of it', () => {
  expect(readServing(`\ufeff${MINIMAL}`, SCHEMA)).toEqual(readServing(MINIMAL, SCHEMA));
});
