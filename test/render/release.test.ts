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

test('a release of the same interface changes the version, the hash and the placeholder, and no other byte', () => {
  const { inputs, outputs } = readServingFile(YAML);
  const released = releaseInServingYaml(YAML, {
    version: '1.1.0',
    released: '2026-11-22',
    sha256: 'f'.repeat(64),
    inputs,
    outputs,
  });
  const expected = YAML.replace('"1.0.0"', '"1.1.0"')
    .replace('0'.repeat(64), 'f'.repeat(64))
    .replace('  type:', '  released: "2026-11-22"\n  type:')
    .replace(/ {2}# Stands in.*\n {2}placeholder.*\n/, '');
  expect(released).toBe(expected);
});

test('the day is written where it belongs, whatever the layout', () => {
  const day = (text: string) => {
    const { inputs, outputs } = readServingFile(text);
    const release = { version: '1.0.0', released: '2026-11-22', sha256: '0'.repeat(64), inputs, outputs };
    return releaseInServingYaml(text, release);
  };
  const commented = day(YAML.replace('"1.0.0"', '"1.0.0" # approved'));
  expect(commented).toContain('  version: "1.0.0" # approved\n  released: "2026-11-22"\n  type:');
  expect(day(commented.replace('-22', '-01'))).toBe(commented);
  const flow = YAML.replace(
    /model:\n[\s\S]*?placeholder: true/,
    `model: { name: a, version: "1.0.0", type: custom, file: model/model.onnx, sha256: ${'0'.repeat(64)} }`,
  );
  expect(day(flow)).toContain('version: "1.0.0", released: "2026-11-22", type: custom');
});

test('another interface replaces its own list alone', () => {
  const { inputs, outputs } = readServingFile(YAML);
  const wider = [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 2], image: { fit: 'cover' as const } }];
  const released = releaseInServingYaml(YAML, {
    version: '2.0.0',
    released: '2026-11-22',
    sha256: 'f'.repeat(64),
    inputs: wider,
    outputs,
  });
  expect(readServingFile(released)).toMatchObject({ version: '2.0.0', placeholder: false, inputs: wider, outputs });
  expect(released).toContain('# asked for by marketing');
  expect(inputs).not.toEqual(wider);
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
