import { readServingFile } from '../../generators/render/serving-file.ts';
import { releaseInServingYaml } from '../../generators/render/serving-yaml.ts';
import { refusal } from '../onnx/fixtures.ts';

const YAML = `# Ours.
apiVersion: ml-serving/v1

model:
  name: churn   # asked for by marketing
  version: "1.0.0"
  type: tabular-classification
  file: model/model.onnx
  sha256: ${'0'.repeat(64)}
  # Stands in for the real model: it answers the right shapes and nothing else.
  placeholder: true

inputs:
  - { name: x, datatype: FP32, shape: [-1, 1], features: [{ name: age }] } # one column

outputs:
  - name: y
    datatype: FP32
    shape: [-1, 2]
    labels: [no, yes]
limits: { maxQueue: 7 }
`;

const DAY = { released: '2026-11-22' };

test('a release of the same interface changes the version, the hash, the day and the placeholder, and no other byte', () => {
  const { inputs, outputs } = readServingFile(YAML);
  const released = releaseInServingYaml(YAML, { version: '1.1.0', sha256: 'f'.repeat(64), inputs, outputs, ...DAY });
  const expected = YAML.replace('"1.0.0"', '"1.1.0"')
    .replace('0'.repeat(64), `${'f'.repeat(64)}\n  released: "2026-11-22"`)
    .replace(/ {2}# Stands in.*\n {2}placeholder.*\n/, '');
  expect(released).toBe(expected);
});

test('another interface replaces its own list alone', () => {
  const { inputs, outputs } = readServingFile(YAML);
  const wider = [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 2], image: { fit: 'cover' as const } }];
  const release = { version: '2.0.0', sha256: 'f'.repeat(64), inputs: wider, outputs, ...DAY };
  const released = releaseInServingYaml(YAML, release);
  expect(readServingFile(released)).toMatchObject({ version: '2.0.0', placeholder: false, inputs: wider, outputs });
  expect(released).toContain('# asked for by marketing');
  expect(inputs).not.toEqual(wider);
});

test.each([
  ['a remark behind the hash', `sha256: 0 # checked`, 'sha256: f # checked\n  released: "2026-11-22"'],
  ['a day before', 'sha256: 0\n  released: 2025-01-01', 'sha256: f\n  released: 2026-11-22'],
])('%s: the day of the release stands on a line of its own', (_what, before, after) => {
  const { inputs, outputs } = readServingFile(YAML);
  const text = YAML.replace(/sha256: .*/, before);
  expect(releaseInServingYaml(text, { version: '1.1.0', sha256: 'f', inputs, outputs, ...DAY })).toContain(after);
});

test('a model on one line keeps to it', () => {
  const { inputs, outputs } = readServingFile(YAML);
  const text = YAML.replace(
    /model:\n[\s\S]*?\n\n/,
    'model: { name: a, version: "1.0.0", sha256: a, file: b.onnx, type: custom }\n\n',
  );
  const released = releaseInServingYaml(text, { version: '1.1.0', sha256: 'f', inputs, outputs, ...DAY });
  expect(released).toContain('sha256: f, released: "2026-11-22", file: b.onnx');
});

test.each([
  ['tabs', YAML.replace('  name: churn', '\tname: churn'), /line 5/],
  ['a key twice', YAML.replace('  type:', '  name: x\n  type:'), /line 7: Map keys must be unique/],
  ['a model outside', YAML.replace('model/model.onnx', '../model.onnx'), /model.file is "..\/model.onnx"/],
  ['no inputs', YAML.replace('inputs:', 'input:'), /inputs: expected a list of tensors/],
  ['an alias', `${YAML}extra: [&a [1], *a]\n`, /alias/],
  ['nothing at all', '', /model.type is missing/],
])('%s: refused with its place', (_what, text, message) => {
  const error = refusal(() => readServingFile(text));
  expect(error.code).toBe('SERVING_YAML_INVALID');
  expect(error.message).toMatch(message);
});
